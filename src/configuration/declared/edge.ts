import { block, byDefault, claimPath, type Option, required, words } from "../../problems/declaration.ts"
import type { ClaimPath } from "../../types/configuration.ts"
import type { EdgeOptions } from "../../types/edge-options.ts"
import { type CheckedHeader, headerMap } from "./edge-headers.ts"
import { type EvidenceEntry, evidenceList } from "./evidence.ts"

/** The `edge` block as declared. */
export interface EdgeSettings {
  readonly role: "identity" | "attributes"
  readonly headers: { readonly [contextKey: string]: CheckedHeader }
  readonly evidence: readonly EvidenceEntry[]
  readonly subjectClaim: ClaimPath
}

export const edgeBlock: Option<EdgeOptions, "optional", EdgeSettings> = block<EdgeOptions, EdgeSettings>({
  role: required(words("identity", "attributes"), "identity"),
  headers: required(headerMap, {}),
  evidence: required(evidenceList, []),
  subjectClaim: byDefault(claimPath, "sub"),
})
