import type { CertificatePins } from "../edge/evidence/mtls.ts"
import type { Report } from "../problems/option-checks.ts"
import { checkIssuers } from "./check-issuers.ts"
import type { AroundEdge, CheckedEdge, EvidenceOptions } from "./checked-edge.ts"
import type { PinLists } from "./declared/certificate-pins.ts"
import { edgeBlock } from "./declared/edge.ts"
import type { EvidenceEntry } from "./declared/evidence.ts"
import { checkSecretOptions } from "./declared/secrets.ts"
import { checkEdgeRules } from "./rules-of-edge.ts"

/** Checks the `edge` block, and what it demands of the others. Absent stays absent: then no header is believed. */
export function checkEdge(value: unknown, around: AroundEdge, report: Report): CheckedEdge | undefined {
  if (value === undefined) return undefined
  const declared = edgeBlock.check(value, "edge", report)
  if (declared === undefined) return undefined
  const evidence = declared.evidence.map((entry) => connected(entry, around, report))
  const edge = { ...declared, evidence, secretPolicy: checkSecretOptions(around.secrets, "secrets", report) }
  checkEdgeRules(edge, value as { readonly [option: string]: unknown }, around, report)
  return edge
}

/** An entry with the issuer of its JWS. An issuer of minted tokens is one like any other. */
function connected(
  { jws, mtls, ...others }: EvidenceEntry,
  { presets, keys }: AroundEdge,
  report: Report,
): EvidenceOptions {
  const entry = mtls === undefined ? others : { ...others, mtls: pinSets(mtls) }
  if (jws === undefined) return entry
  const path = `${others.path}.jws.issuer`
  const here: Report = (at, ...problem) => report(at.replace(/^issuers\[0\]/, path), ...problem)
  const [issuer] = checkIssuers([jws.issuer], presets, keys, here)
  if (issuer === undefined) return entry
  // A token that the edge mints is neither an access token nor an ID token.
  const profile = { ...issuer.profile, selectByThumbprint: true, accessTokenEvidence: false }
  return { ...entry, jws: { ...jws, issuer: { ...issuer, path, profile } } }
}

function pinSets({ spkiSha256, issuerSerial, san }: PinLists): CertificatePins {
  const setOf = (list: readonly string[] | undefined): ReadonlySet<string> | undefined => list && new Set(list)
  return { spkiSha256: setOf(spkiSha256), issuerSerial: setOf(issuerSerial), san: setOf(san) }
}
