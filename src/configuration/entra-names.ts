import type { Caller } from "./callers.ts"

/** Whether the tokens of a caller are Microsoft Entra's, or those of its relatives. */
export function isEntra({ provider }: Pick<Caller, "provider">): boolean {
  return provider.startsWith("entra")
}

/**
 * Whether a token of the caller can have a scope of this name. Clients ask Entra for `api://orders/Orders.Read`; the
 * `scp` claim then holds `Orders.Read`.
 */
export function mayHaveScope(caller: Caller, scope: string): boolean {
  if (!isEntra(caller)) return true
  const audiences = (caller.values.get("aud") ?? []).map((audience) => String(audience).replace(/\/$/, ""))
  const isQualified = /^(?:api:|https:\/\/graph\.microsoft\.com\/)/i.test(scope) || /(?:^|\/)\.default$/.test(scope)
  return !isQualified && !audiences.some((audience) => scope.startsWith(`${audience}/`))
}

/** Whether a name is an object id, as Entra writes groups unless the app registration says otherwise. */
export function isObjectId(group: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(group)
}
