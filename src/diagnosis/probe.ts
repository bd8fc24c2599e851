import { type FetchedDocument, FetchFailure, type FetchKeySet, type FetchLimits } from "../keys/document.ts"
import { failureOrFault } from "../keys/network-error.ts"
import type { KeyPolicy } from "../keys/settings.ts"

/** One request, and what came of it. */
export interface Probe {
  readonly url: string
  /** How long the answer took, body included. */
  readonly ms: number
  /** When half of that time was over, by our clock. Milliseconds since the epoch. */
  readonly askedAtMs: number
  readonly document: FetchedDocument | undefined
  /** Why there is none. Any status is an answer. */
  readonly failure: FetchFailure | undefined
}

/** What examining an issuer needs. */
export interface ProbeTools {
  readonly fetchKeySet: FetchKeySet
  /** Milliseconds since the epoch. */
  readonly clock: () => number
  readonly progress: (text: string) => void
  readonly certificateOf: (url: string, policy: KeyPolicy) => Promise<CertificateTimes | undefined>
  readonly toleranceSeconds: number
}

/** What a handshake shows. */
export interface CertificateTimes {
  /** When the server's certificate ends. Milliseconds since the epoch. */
  readonly notAfterMs: number
  /** Host and port of the proxy in between. */
  readonly proxy?: string
}

/** Fetches one document as the authorizer would, and measures it. */
export async function probe(
  url: string,
  policy: KeyPolicy,
  { fetchKeySet, clock, progress }: ProbeTools,
  special: Partial<FetchLimits> = {},
): Promise<Probe> {
  progress(`Asking ${url}`)
  const { timeoutMs, maxBytes, allowHttpLoopback, ca } = policy
  const [started, startedAtMs] = [performance.now(), clock()]
  let document: FetchedDocument | undefined
  let failure: FetchFailure | undefined
  try {
    document = await fetchKeySet(url, { timeoutMs, maxBytes, allowHttpLoopback, ca, ...special })
  } catch (error) {
    const known = failureOrFault(error)
    failure = known instanceof FetchFailure ? known : new FetchFailure("network", { cause: error })
  }
  return { url, ms: Math.round(performance.now() - started), askedAtMs: (startedAtMs + clock()) / 2, document, failure }
}
