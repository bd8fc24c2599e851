import type { KindRule } from "../provider/profile.ts"
import type { PrincipalKind } from "../types/principal.ts"
import type { JsonObject } from "./json.ts"

type Test = (claims: JsonObject, clientId: string | undefined) => boolean

/** Compiles the rules that tell people from programs; the first that holds decides. */
export function compileKind(
  rules: readonly KindRule[],
): (claims: JsonObject, clientId: string | undefined) => PrincipalKind {
  const compiled = rules.map(({ kind, when }) => ({ kind, test: compileTest(when) }))
  return (claims, clientId) => {
    for (const { kind, test } of compiled) if (test(claims, clientId)) return kind
    return "unknown"
  }
}

function compileTest(when: KindRule["when"]): Test {
  if (when === "always") return () => true
  if (when === "subjectIsClient") return ({ sub }, clientId) => clientId !== undefined && sub === clientId
  if (when === "clientWithoutSubject") return ({ sub }, clientId) => clientId !== undefined && sub === undefined
  // .NET servers write null for a claim that they leave out.
  if ("present" in when) return (claims) => claims[when.present] !== undefined && claims[when.present] !== null
  if ("equals" in when) return (claims) => claims[when.claim] === when.equals
  return (claims) => {
    const value = claims[when.claim]
    return typeof value === "string" && value.endsWith(when.endsWith)
  }
}
