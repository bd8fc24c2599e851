import { policyOptions } from "../../configuration/policy-options.ts"
import { compilePrincipalPolicy } from "../../policy/decide.ts"
import { examinerOf, type TableForm } from "../../policy/table-form.ts"
import { checkedAlready } from "./checked-already.ts"
import type { RouteSupport } from "./routes.ts"

/** The same where answers are for all routes of a principal. @param form what was found out about the table */
export const compiledTable = (form: TableForm): RouteSupport => ({
  ...checkedAlready,
  checkPrincipalPolicy: (scoped, gateway) => compilePrincipalPolicy(policyOptions(scoped, gateway), examinerOf(form)),
})
