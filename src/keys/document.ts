import type { KeyFetchRecord } from "../types/observer.ts"

/** A document as it came over the network, before anything in it is believed. */
export interface FetchedDocument {
  readonly status: number
  /** Response headers, names in lower case. */
  readonly headers: { readonly [name: string]: string | undefined }
  readonly body: string
}

/** Limits of one fetch, and what goes with it. */
export interface FetchLimits {
  /** Deadline for everything, the body included. Milliseconds. */
  readonly timeoutMs: number
  /** Largest body, before and after decompression. Bytes. */
  readonly maxBytes: number
  /** Whether `http:` is allowed for loopback addresses. */
  readonly allowHttpLoopback: boolean
  /** PEM text of the only certificate authorities to trust. @default the platform's */
  readonly ca?: string | undefined
  /** Request headers in addition to the usual ones: the validators of a conditional request (RFC 9110 section 13.1). */
  readonly headers?: { readonly [name: string]: string }
  /** The URL came out of a discovery document and not out of the configuration: link-local addresses are refused. */
  readonly discovered?: boolean
}

/**
 * Fetches one document. Rejects with `FetchFailure` for everything that is not an answer; any status is an answer.
 * Redirects are never followed.
 */
export type FetchKeySet = (url: string, limits: FetchLimits) => Promise<FetchedDocument>

/** Kinds of failure, as they are counted. */
export type FailureKind =
  | "timeout"
  | "network"
  | "status"
  | "too_large"
  | "not_a_key_set"
  | "no_usable_key"
  | "issuer_mismatch"
  | "url_refused"

/** What is known of a failure. Configured names, codes and numbers only. */
export type FetchFacts = Pick<KeyFetchRecord, "host" | "status" | "code" | "proxy">

/** The code of an error of Node.js or OpenSSL, such as `ECONNREFUSED`. */
function codeOf(error: unknown): FetchFacts {
  const { code } = Object(error) as { readonly code?: unknown }
  return typeof code === "string" && /^[A-Z][A-Z0-9_]{1,63}$/.test(code) ? { code } : {}
}

/** Why a key set could not be fetched. Holds no part of what the server sent. */
export class FetchFailure extends Error {
  override readonly name: string = "FetchFailure"
  readonly kind: FailureKind
  /** Whether another attempt at once may help: network faults and statuses of 5xx, never 4xx (SR-107). */
  readonly mayRetry: boolean
  /** `Retry-After` of a 429 or 503. */
  readonly retryAfter: string | undefined
  /** For records: where it failed, and how. */
  readonly facts: FetchFacts

  constructor(
    kind: FailureKind,
    options: { cause?: unknown; mayRetry?: boolean; retryAfter?: string | undefined; facts?: FetchFacts } = {},
  ) {
    super(`The key set could not be fetched: ${kind}`, { cause: options.cause })
    this.kind = kind
    this.mayRetry = options.mayRetry ?? kind === "network"
    this.retryAfter = options.retryAfter
    this.facts = { ...codeOf(options.cause), ...options.facts }
  }
}

const loopback = new Set(["localhost", "127.0.0.1", "[::1]"])

/** Whether keys may be fetched from a URL: https, or http to loopback where tests allow it (SR-090). */
export function mayFetch(url: string, allowHttpLoopback: boolean): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname, username, password, hash } = new URL(url)
  if (username !== "" || password !== "" || hash !== "") return false
  return protocol === "https:" || (protocol === "http:" && allowHttpLoopback && loopback.has(hostname))
}
