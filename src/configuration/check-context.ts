import { reservedContextKeys } from "../answer/context.ts"
import { claimPath, object, type Report, text } from "../problems/option-checks.ts"
import type { ClaimPath } from "../types/configuration.ts"

/** Checks the `context` block: context key to claim path. */
export function checkContext(value: unknown, report: Report): { readonly [key: string]: ClaimPath } {
  const raw = value === undefined ? {} : (object(value, "context", report) ?? {})
  for (const key of Object.keys(raw)) {
    checkContextKey(key, reservedContextKeys, `context.${key}`, report)
    claimPath(raw[key], `context.${key}`, report)
  }
  return raw as { readonly [key: string]: ClaimPath }
}

/** Context keys: names that API Gateway itself uses are refused. */
export function checkContextKey(key: string, reserved: readonly string[], path: string, report: Report): void {
  if (text(key, path, report) === undefined) return
  if (reserved.includes(key)) report(path, "context_reserved", reserved.join(", "))
  else if (!/^[A-Za-z][A-Za-z0-9_]{0,63}$/.test(key)) report(path, "context_name")
}
