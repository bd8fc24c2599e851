import { block, byDefault, checkBlock, number, type Option } from "../../problems/declaration.ts"
import type { Report } from "../../problems/option-checks.ts"
import type { SecretPolicy } from "../../secret/settings.ts"
import type { SecretOptions } from "../../types/secret-options.ts"
import { checkAges } from "../rules.ts"

export const secretsBlock: Option<SecretOptions, "optional", SecretPolicy> = block<SecretOptions, SecretPolicy>({
  timeoutMs: byDefault(number(100, 8000, "milliseconds"), 3000),
  refreshAfterSeconds: byDefault(number(30, 86_400, "seconds"), 300),
  waitAfterSeconds: byDefault(number(30, 604_800, "seconds"), 3600),
  expireAfterSeconds: byDefault(number(300, 2_592_000, "seconds"), 86_400),
})

/** Checks the `secrets` block. Absent, it has every default. */
export function checkSecretOptions(value: unknown, path: string, report: Report): SecretPolicy {
  const policy = checkBlock(secretsBlock, value, path, report)
  checkAges(policy, path, report)
  return policy
}
