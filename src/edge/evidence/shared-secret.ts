import type { Source } from "../../shared/value-source.ts"
import { refusal } from "../../types/reasons.ts"
import type { SharedSecrets } from "../../types/secret-options.ts"
import { type CheckEvidence, missing, timeless } from "./evidence.ts"

const invalid = refusal("edge_secret_invalid")
const unavailable = refusal("secrets_unavailable")

/**
 * Checks a shared secret, current or previous, in constant time (SR-169).
 *
 * @param header in lower case
 */
export function secretEvidence(header: string, values: Source<SharedSecrets>): CheckEvidence {
  return ({ scanned, nowMs }) => {
    const candidate = scanned.get(header)
    if (candidate === undefined || candidate === "") return missing
    const judge = (secrets: SharedSecrets) => (secrets.matches(candidate) ? timeless : invalid)
    const current = values.current(nowMs)
    if (current !== undefined) return judge(current)
    return values.refreshed(nowMs).then((fresh) => (fresh === undefined ? unavailable : judge(fresh)))
  }
}
