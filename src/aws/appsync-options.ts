import { checkRule } from "../configuration/rules-of-routes.ts"
import { byDefault, type Declaration, number, type Option, option, text } from "../problems/declaration.ts"
import { object } from "../problems/option-checks.ts"
import type { RouteRule } from "../types/configuration.ts"

/** What an AppSync API demands in addition to the route table. */
export interface AppSyncOptions {
  /**
   * Longest time for which AppSync keeps an answer for the same token, never past the token's `exp`. Seconds.
   *
   * @default 0, 0 to 3600
   */
  readonly ttlSeconds?: number
  /**
   * Rules of single fields, by `Type.field` of the schema: `{ "Mutation.createOrder": { scopes: ["orders:write"] } }`.
   * A field whose rule the caller does not meet is among the denied fields of the answer.
   *
   * @default none
   */
  readonly fields?: { readonly [field: string]: RouteRule }
  /**
   * What clients put in front of the token. An API that also has OpenID Connect or a user pool needs one:
   * AppSync does not ask a function about what looks like a token of these. With a prefix, `Bearer` is refused.
   *
   * @default none
   */
  readonly tokenPrefix?: string
}

/** The options with their defaults. */
export interface CheckedAppSyncOptions {
  readonly ttlSeconds: number
  readonly fields?: { readonly [field: string]: RouteRule }
  readonly tokenPrefix?: string
}

/** Names of GraphQL; two underscores begin those of introspection. */
const fieldForm = /^(?!__)[_A-Za-z][_0-9A-Za-z]{0,99}\.(?!__)[_A-Za-z][_0-9A-Za-z]{0,99}$/

const fieldRules: Option<{ readonly [field: string]: RouteRule }> = option("fields", [], (value, path, report) => {
  const rules = object(value, path, report)
  if (rules === undefined) return undefined
  const entries = Object.entries(rules)
  if (entries.length === 0)
    report(path, 'must name a field, for example { "Mutation.createOrder": { "scopes": ["orders:write"] } }')
  for (const [field, rule] of entries) {
    const place = `${path}[${JSON.stringify(field.slice(0, 200))}]`
    if (!fieldForm.test(field))
      report(place, "is not the name of a field. Write Type.field, such as Mutation.createOrder")
    checkRule(rule, place, report)
  }
  return rules as { readonly [field: string]: RouteRule }
})

export const appSyncOptions: Declaration<AppSyncOptions, CheckedAppSyncOptions> = {
  ttlSeconds: byDefault(number(0, 3600, "seconds"), 0),
  fields: fieldRules,
  tokenPrefix: text(
    /^[!-+\--~]{1,64}$/,
    "must be 1 to 64 visible characters of ASCII without a comma, for example hallpass-",
  ),
}
