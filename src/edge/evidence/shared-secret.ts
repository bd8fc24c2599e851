import type { Source } from "../../shared/value-source.ts"
import { type Refusal, refusal } from "../../types/reasons.ts"
import type { SharedSecrets } from "../../types/secret-options.ts"
import { missing, type Proof, timeless, type VerifyEvidence } from "./evidence.ts"

const invalid = refusal("edge_secret_invalid")
const unavailable = refusal("secrets_unavailable")

/**
 * Checks a shared secret, current or previous, in constant time (SR-169). A value that is none of them may be one that
 * was added since (rotation): it causes one refresh, if the cool-down allows it.
 *
 * @param header in lower case
 */
export function secretEvidence(header: string, values: Source<SharedSecrets>): VerifyEvidence {
  return ({ scanned, nowMs }) => {
    const candidate = scanned.get(header)
    if (candidate === undefined || candidate === "") return missing
    const judge = (secrets: SharedSecrets | undefined): Proof | undefined =>
      secrets?.matches(candidate) ? timeless : undefined
    const without = (): Refusal => (values.inDoubt ? unavailable : invalid)

    const current = values.current(nowMs)
    if (current === undefined) {
      return values.refreshed(nowMs).then((fresh) => (fresh === undefined ? unavailable : (judge(fresh) ?? without())))
    }
    const proof = judge(current)
    if (proof !== undefined || values.isFixed) return proof ?? invalid
    const newer = values.forced(nowMs)
    return newer?.then((fresh) => judge(fresh) ?? without()) ?? without()
  }
}
