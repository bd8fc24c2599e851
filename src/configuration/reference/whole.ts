import { type Declaration, list, type Option, option, required } from "../../problems/declaration.ts"
import type { AuthorizerConfig, IssuerConfig } from "../../types/configuration.ts"
import { assertionBlock } from "../declared/assertion.ts"
import { edgeBlock } from "../declared/edge.ts"
import { observeBlock } from "../declared/observe.ts"
import { ruleOptions } from "../declared/rule.ts"
import { secretsBlock } from "../declared/secrets.ts"
import { shadowBlock } from "../declared/shadow.ts"
import { topLevel } from "../declared/top-level.ts"

// The whole configuration as it is declared, for the JSON Schema and the documentation. Checks load their blocks one by
// one.

/** A kind that is described here, and checked by other means. */
function described<T>(kind: string, ...about: readonly unknown[]): Option<T> {
  return option<T>(kind, about, (value) => value as T)
}

const { $schema, unmatched, gateway, credential, context, keys, cache, clockToleranceSeconds, principalId } = topLevel

/** What a checked block looks like is of no interest here. */
type Described = { readonly unmatched: string; readonly clockToleranceSeconds: number }

/** Every option of the top level, in the order of the documentation. */
export const configuration: Declaration<AuthorizerConfig, Described> = {
  $schema,
  issuers: required(list(described<IssuerConfig>("issuer"), 0)),
  routes: described<NonNullable<AuthorizerConfig["routes"]>>("routes", ruleOptions),
  unmatched,
  gateway,
  credential,
  edge: edgeBlock,
  secrets: secretsBlock,
  context,
  principalId,
  assertion: assertionBlock,
  keys,
  cache,
  clockToleranceSeconds,
  observe: observeBlock,
  shadow: shadowBlock,
}
