import { reservedContextKeys } from "../../answer/context.ts"
import { claimPath, type Option, option } from "../../problems/declaration.ts"
import { object, type Report, text } from "../../problems/option-checks.ts"
import type { ClaimPath } from "../../types/configuration.ts"

type Context = { readonly [key: string]: ClaimPath }

export const contextKey: RegExp = /^[A-Za-z][A-Za-z0-9_]{0,63}$/

/** Context key to claim path. */
export const contextMap: Option<Context> = option("context", [contextKey, reservedContextKeys, claimPath], checkContext)

function checkContext(value: unknown, path: string, report: Report): Context | undefined {
  const raw = object(value, path, report)
  if (raw === undefined) return undefined
  for (const [key, claim] of Object.entries(raw)) {
    checkContextKey(key, `${path}.${key}`, report)
    claimPath.check(claim, `${path}.${key}`, report)
  }
  return raw as Context
}

/** Context keys: names that API Gateway itself uses are refused. */
export function checkContextKey(key: string, path: string, report: Report): void {
  if (text(key, path, report) === undefined) return
  if (reservedContextKeys.includes(key)) report(path, "context_reserved", reservedContextKeys.join(", "))
  else if (!contextKey.test(key)) report(path, "context_name")
}
