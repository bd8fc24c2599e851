import { compileRule } from "../route/rule.ts"
import { deepFreeze, type JsonObject } from "../token/json.ts"
import type { Principal } from "../types/principal.ts"
import type { CheckedIotOptions } from "./iot-options.ts"
import { type IotPolicyDocument, type IotStatement, maxDocumentLength } from "./iot-policies.ts"
import { placeholder, substitution } from "./iot-substitutions.ts"

/** The policy documents of a caller; undefined if none is for the caller, or one cannot be written safely. */
export type DocumentsOf = (principal: Principal) => readonly IotPolicyDocument[] | undefined

/** Writes the policy documents of callers, frozen. The same principal again has the same ones. */
export function createDocuments({ policies, substitutions }: CheckedIotOptions): DocumentsOf {
  const compiled = policies.map(({ document, rule }) => ({
    document,
    rule: rule && compileRule(rule),
    denies: document.Statement.some(({ Effect }) => Effect === "Deny"),
  }))
  const written = new WeakMap<Principal, readonly IotPolicyDocument[]>()

  function writtenFor(principal: Principal): readonly IotPolicyDocument[] | undefined {
    const documents: IotPolicyDocument[] = []
    for (const { document, rule, denies } of compiled) {
      const refused = rule?.refuse(principal)
      // Without the caller's groups nothing says that a Deny is not for the caller.
      if (denies && refused?.code === "groups_incomplete") return undefined
      if (refused !== undefined) continue
      const filled = filledIn(document, (name) => substitution(name, principal, substitutions))
      if (filled === undefined || JSON.stringify(filled).length > maxDocumentLength) return undefined
      deepFreeze(filled as IotPolicyDocument & JsonObject)
      documents.push(filled)
    }
    return documents.length === 0 ? undefined : Object.freeze(documents)
  }

  return (principal) => {
    const before = written.get(principal)
    if (before !== undefined) return before
    const documents = writtenFor(principal)
    if (documents !== undefined) written.set(principal, documents)
    return documents
  }
}

/** The document with values in place of names; undefined if a value is missing, since nothing may take its place. */
function filledIn(
  { Version, Statement }: IotPolicyDocument,
  valueFor: (name: string) => string | undefined,
): IotPolicyDocument | undefined {
  let missing = false
  const fill = (resource: string): string =>
    resource.replaceAll(placeholder, (_all, name: string) => {
      const value = valueFor(name)
      if (value === undefined) missing = true
      return value ?? ""
    })
  const statements = Statement.map((each): IotStatement => {
    const { Resource: resource } = each
    return { ...each, Resource: typeof resource === "string" ? fill(resource) : resource.map(fill) }
  })
  return missing ? undefined : { Version, Statement: statements }
}
