import { policyOptions } from "../../configuration/policy-options.ts"
import { CodeNeeded } from "../../policy/code-needed.ts"
import type { PrincipalPolicy } from "../../policy/decide.ts"
import { restorePolicy } from "../../policy/restored-policy.ts"
import type { DecidingPolicy, PrincipalPolicyOptions } from "../../policy/stage-decisions.ts"
import type { TableForm } from "../../policy/table-form.ts"
import { checkedAlready } from "./checked-already.ts"
import type { RouteSupport } from "./routes.ts"

/** The same where answers are for all routes of a principal. @param form what was found out about the table */
export const compiledTable = (form: TableForm): RouteSupport => ({
  ...checkedAlready,
  // Only checks ask for the rest of a policy, and they were made when the configuration was bundled.
  checkPrincipalPolicy: (scoped, gateway) => wholePolicy(policyOptions(scoped, gateway), form) as PrincipalPolicy,
  load: (error) => (error instanceof CodeNeeded ? error.load() : undefined),
})

export const wholePolicy = (options: PrincipalPolicyOptions, form: TableForm): DecidingPolicy =>
  restorePolicy(options, form, loadShorter)

const loadShorter = async () => (await import("./shorter-policies.ts")).restoreShorter
