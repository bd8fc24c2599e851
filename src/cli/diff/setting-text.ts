import type { SettingChange } from "../../policy.ts"
import { plain, plainValue } from "../frame/output.ts"

/** What an option means, in words, by the start of its path. The first one that fits is taken. */
const meanings: readonly (readonly [RegExp, string])[] = [
  [/^issuers\[\d+\]$/, "callers of this issuer"],
  [/^issuers\[\d+\]\.(?:audience|clientIds)$/, "whom tokens must be for"],
  [/^issuers\[\d+\]\.(?:jwks|jwksUri|discoveryUrl|keys)\b/, "where the issuer's keys come from"],
  [/^issuers\[\d+\]\.require\b/, "claims that every token must have"],
  [/^issuers\[\d+\]\.(?:roles|groups)$/, "the claim that roles or groups are read from"],
  [/^issuers\[\d+\]/, "which tokens of the issuer are accepted"],
  [/^unmatched$/, "requests that no route matches"],
  [/^gateway\.resultTtlSeconds$/, "seconds that API Gateway may keep an answer"],
  [/^gateway\.identitySources\b/, "what API Gateway keeps answers by"],
  [/^gateway\.resourcePolicyAllows$/, "whether the API's resource policy allows requests"],
  [/^gateway/, "what the API must be set to"],
  [/^edge\.evidence\b/, "what proves that a request comes from the edge"],
  [/^edge/, "what is believed of the edge"],
  [/^secrets/, "where secrets come from"],
  [/^credential/, "where the token is in a request"],
  [/^cache/, "how verified tokens are kept"],
  [/^keys/, "how key sets are fetched and kept"],
  [/^clockToleranceSeconds$/, "seconds that clocks may differ"],
  [/^context/, "what the backend gets to know of the caller"],
  [/^observe/, "what is recorded"],
  [/^shadow/, "whether hallpass decides, or only compares"],
]

/** A setting that differs, on one line: `gateway.resultTtlSeconds (seconds …): 60 -> 300`. */
export function settingText({ path, before, after }: SettingChange): string {
  const [, meaning] = meanings.find(([pattern]) => pattern.test(path)) ?? []
  const value = (each: unknown): string => (each === null ? "absent" : plainValue(each, 160))
  return `${plain(path)}${meaning === undefined ? "" : ` (${meaning})`}: ${value(before)} -> ${value(after)}`
}
