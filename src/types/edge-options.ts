import type { ClaimPath, IssuerConfig } from "./issuer-options.ts"
import type { SecretReference } from "./secret-options.ts"

/** How a header value is written. */
export const headerFormats = ["text", "apm-list", "csv", "base64url", "certificate", "xfcc"] as const
export type HeaderFormat = (typeof headerFormats)[number]

/**
 * What becomes of the elements of a list that are distinguished names: the whole name, the common name, or untouched.
 */
export const dnModes = ["dn", "cn", "raw"] as const
export type DnMode = (typeof dnModes)[number]

/** What is taken from a forwarded certificate. */
export const certificateFields = ["subject", "sha256", "uri", "dns", "email"] as const
export type CertificateField = (typeof certificateFields)[number]

/** One identity header. */
export interface HeaderOptions {
  /** In any case. */
  readonly name: string
  /**
   * `text` (printable ASCII), `apm-list` (BIG-IP's `| a | b |`, with `0x` hex), `csv`, `base64url` (of UTF-8 text; for
   * lists of a JSON list), `certificate` (DER in base64, or PEM), `xfcc` (Envoy's `x-forwarded-client-cert`).
   * @default "text"
   */
  readonly format?: HeaderFormat
  /** Lists only. @default "dn" for `apm-list`, "raw" elsewhere */
  readonly dn?: DnMode
  /** Whether a request may lack it; otherwise an absent or empty one is refused. @default false */
  readonly optional?: boolean
  /** Formats `certificate` and `xfcc` only, and necessary there. */
  readonly field?: CertificateField
}

/** A name means `{ name, format: "text" }`. */
export type HeaderOption = string | HeaderOptions

/** Context key to header. `groups`, `roles`, `permissions` and `scopes` hold lists and can be demanded by routes. */
export type EdgeHeaders = { readonly [contextKey: string]: HeaderOption }

/** A JWS that the edge mints for each request, or for a few seconds. The identity is taken from it. */
export interface JwsEvidence {
  /** The header that holds the bare token. */
  readonly header: string
  /**
   * The edge as an issuer; inline keys (`jwks`) need no network. Tokens without `kid` may select by `x5t` or
   * `x5t#S256`.
   */
  readonly issuer: IssuerConfig
  /** Context key to claim path. @default `user` from `sub`, every other key from the claim of its own name */
  readonly claims?: { readonly [contextKey: string]: ClaimPath }
  /** How far away `exp` may be at most. Seconds. @default 60, 5 to 7200 */
  readonly windowSeconds?: number
}

/** An `edge-v1` signature over method, host, path, time and all identity headers. Needs result TTL 0. */
export interface HmacEvidence {
  /** The header that holds the signature. */
  readonly header: string
  /** A JSON object of key id to key in hex. */
  readonly keys: SecretReference
  /** How old a signature may be. Seconds. @default 60, 5 to 300 */
  readonly windowSeconds?: number
}

/**
 * Pins of the client certificate that API Gateway saw (custom domains with mutual TLS). Every kind that is named must
 * hold; one value of each is enough.
 */
export interface MtlsEvidence {
  /** SHA-256 of the SubjectPublicKeyInfo, in base64 or hex. */
  readonly spkiSha256?: string | readonly string[]
  /** Issuer as a distinguished name, and serial number in hex. */
  readonly issuerSerial?: readonly { readonly issuer: string; readonly serial: string }[]
  /**
   * Subject alternative names with their type: `DNS:bigip.example.com`, `URI:spiffe://example.com/bigip`. Compared
   * whole.
   */
  readonly san?: string | readonly string[]
}

/** A value that only the edge and the function know. */
export interface SharedSecretEvidence {
  readonly header: string
  /** A JSON list, or one plain string. */
  readonly values: SecretReference
}

/** One way to prove that a request came through the edge; everything that is named must hold. */
export interface EdgeEvidence {
  readonly jws?: JwsEvidence
  readonly hmac?: HmacEvidence
  /** Together with `secret`, or added to `jws` or `hmac`. Never with `vpceIds`: private APIs have no mutual TLS. */
  readonly mtls?: MtlsEvidence
  /** Together with `mtls`, `vpceIds` or `cidrs`. */
  readonly secret?: SharedSecretEvidence
  /** Private REST APIs: VPC endpoint ids, together with `secret`, or added to `jws` or `hmac`. */
  readonly vpceIds?: string | readonly string[]
  /** Source addresses of the immediate TCP peer. An addition to something else, never enough. */
  readonly cidrs?: string | readonly string[]
}

/** Identity from an edge in front of API Gateway, such as F5 BIG-IP APM or NGINX. */
export interface EdgeOptions {
  /**
   * `identity`: the headers are the identity; no token is needed, and `issuers` may be empty. `attributes`: they add to
   * a verified token of the same subject.
   */
  readonly role: "identity" | "attributes"
  /** `user` is mandatory. */
  readonly headers: EdgeHeaders
  /** Any one entry is enough. */
  readonly evidence: readonly EdgeEvidence[]
  /** Role `attributes`: the claim that the user header must equal. @default "sub" */
  readonly subjectClaim?: ClaimPath
}
