import type { JwsClaims } from "../../edge/evidence/evidence.ts"
import { type AddressRange, readRange } from "../../edge/evidence/network.ts"
import {
  block,
  byDefault,
  checkMembers,
  claimPath,
  type Declaration,
  list,
  number,
  type Option,
  oneOrMore,
  option,
  required,
  text,
} from "../../problems/declaration.ts"
import { text as checkText, object } from "../../problems/option-checks.ts"
import { checkSecretReference, secretPlaces } from "../../secret/check-reference.ts"
import type { EdgeEvidence, HmacEvidence, JwsEvidence, SharedSecretEvidence } from "../../types/edge-options.ts"
import type { IssuerConfig } from "../../types/issuer-options.ts"
import type { SecretReference } from "../../types/secret-options.ts"
import { type PinLists, pinsBlock } from "./certificate-pins.ts"
import { headerName } from "./edge-headers.ts"

/** An entry of `edge.evidence` as declared. The issuer of a JWS is checked like the issuers of bearer tokens. */
export interface EvidenceEntry {
  /** Its place in the configuration. */
  readonly path: string
  readonly jws?: JwsEvidence & { readonly windowSeconds: number; readonly claims: JwsClaims }
  readonly hmac?: HmacEvidence & { readonly windowSeconds: number }
  readonly mtls?: PinLists
  readonly secret?: SharedSecretEvidence
  readonly vpceIds?: readonly string[]
  readonly cidrs?: readonly AddressRange[]
}

const window = (max: number): Option<number> => number(5, max, "seconds")

export const secretReference: Option<SecretReference> = option("secretReference", [secretPlaces], checkSecretReference)

/** Context key to claim path. Which keys there are, the headers say. */
const claimMap: Option<JwsClaims> = option("map", [claimPath], (value, path, report) => {
  const raw = object(value, path, report)
  for (const [key, claim] of Object.entries(raw ?? {})) claimPath.check(claim, `${path}.${key}`, report)
  return raw as JwsClaims | undefined
})

/** An issuer, which is checked where the presets are known. */
const issuer: Option<IssuerConfig> = option("issuer", [], (value) => value as IssuerConfig)

const range: Option<string, "optional", AddressRange> = option(
  "text",
  [/^[0-9a-fA-F:.]+(?:\/\d{1,3})?$/],
  (value, path, report) => {
    const written = checkText(value, path, report)
    const found = written === undefined ? undefined : readRange(written)
    if (written !== undefined && found === undefined)
      report(path, "must be an address range such as 192.0.2.0/24 or 2001:db8::/32, and not all addresses")
    return found
  },
)

const endpoint = text(
  /^vpce-[0-9a-f]{8,17}$/,
  "must be the id of a VPC endpoint: vpce-…, for example vpce-0123456789abcdef0",
)

export const evidenceOptions: Declaration<EdgeEvidence, Omit<EvidenceEntry, "path">> = {
  jws: block<JwsEvidence, NonNullable<EvidenceEntry["jws"]>>({
    header: required(headerName),
    issuer: required(issuer),
    claims: byDefault(claimMap, {}),
    windowSeconds: byDefault(window(7200), 60),
  }),
  hmac: block<HmacEvidence, NonNullable<EvidenceEntry["hmac"]>>({
    header: required(headerName),
    keys: required(secretReference),
    windowSeconds: byDefault(window(300), 60),
  }),
  mtls: pinsBlock,
  secret: block<SharedSecretEvidence>({ header: required(headerName), values: required(secretReference) }),
  vpceIds: oneOrMore(endpoint),
  cidrs: oneOrMore(range),
}

const entry: Option<EdgeEvidence, "optional", EvidenceEntry> = option(
  "block",
  [evidenceOptions],
  (value, path, report) => {
    const raw = object(value, path, report)
    if (raw === undefined) return undefined
    const { jws, hmac, secret, ...others } = checkMembers(evidenceOptions, raw, path, report)
    return {
      ...others,
      path,
      ...(jws?.header && { jws }),
      ...(hmac?.header && hmac.keys && { hmac }),
      ...(secret?.header && secret.values && { secret }),
    }
  },
)

export const evidenceList: Option<readonly EdgeEvidence[], "optional", readonly EvidenceEntry[]> = list(
  entry,
  1,
  "edge_evidence",
)
