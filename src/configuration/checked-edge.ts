import type { JwsClaims } from "../edge/evidence/evidence.ts"
import type { CertificatePins } from "../edge/evidence/mtls.ts"
import type { Report } from "../problems/option-checks.ts"
import type { Presets } from "../provider/presets.ts"
import type { SecretPolicy } from "../secret/settings.ts"
import type { CredentialOptions } from "../types/configuration.ts"
import type { CheckedIssuer } from "./check-issuers.ts"
import type { EdgeSettings } from "./declared/edge.ts"
import type { EvidenceEntry } from "./declared/evidence.ts"

/** One entry of `edge.evidence`, checked: everything that is there must hold. */
export type EvidenceOptions = Omit<EvidenceEntry, "jws" | "mtls"> & {
  readonly jws?: {
    readonly header: string
    readonly issuer: CheckedIssuer
    readonly claims: JwsClaims
    readonly windowSeconds: number
  }
  readonly mtls?: CertificatePins
}

/** The `edge` block, checked and with defaults. */
export type CheckedEdge = Omit<EdgeSettings, "evidence"> & {
  readonly evidence: readonly EvidenceOptions[]
  readonly secretPolicy: SecretPolicy
}

/** What the edge has to go together with. */
export interface AroundEdge {
  readonly presets: Presets
  /** The `keys` block of the whole configuration. */
  readonly keys: unknown
  /** The `secrets` block. */
  readonly secrets: unknown
  /** The issuers of bearer tokens. */
  readonly issuers: readonly CheckedIssuer[]
  readonly credential: CredentialOptions
  /** The configured context keys. */
  readonly context: { readonly [key: string]: unknown }
  readonly resultTtlSeconds: number
  /** Normalised: `request.header.x`, `context.identity.sourceip`, `token`, `route`. */
  readonly identitySources: ReadonlySet<string>
  /** What kind of API it is, if the configuration says so. */
  readonly api?: "rest" | "http"
  /** What kind of authorizer the API has, if the configuration says so. */
  readonly authorizerType?: "request" | "token"
}

export type CheckEdge = (value: unknown, around: AroundEdge, report: Report) => CheckedEdge | undefined
