import { policyOptions } from "../../configuration/policy-options.ts"
import { CodeNeeded } from "../../policy/code-needed.ts"
import type { PrincipalPolicy } from "../../policy/decide.ts"
import { type FirstForm, firstDecisions } from "../../policy/first-decisions.ts"
import type { TableForm } from "../../policy/table-form.ts"
import { checkedAlready } from "./checked-already.ts"
import type { RouteSupport } from "./routes.ts"

/**
 * The same as `compiledTable`, which is loaded after the first answer, or for a request that needs it.
 *
 * @param form what the first decisions need
 * @param readTable reads what was found out about the table
 */
export const firstTable = (form: FirstForm, readTable: () => Promise<TableForm>): RouteSupport => ({
  ...checkedAlready,
  checkPrincipalPolicy(scoped, gateway) {
    const options = policyOptions(scoped, gateway)
    const loadTable = async () => {
      const [{ wholePolicy }, table] = await Promise.all([import("./compiled-table.ts"), readTable()])
      return wholePolicy(options, table)
    }
    return firstDecisions(options, form, loadTable) as PrincipalPolicy
  },
  load: (error) => (error instanceof CodeNeeded ? error.load() : undefined),
})
