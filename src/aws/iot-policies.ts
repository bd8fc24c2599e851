import { checkRule } from "../configuration/rules-of-routes.ts"
import { type Option, option, words } from "../problems/declaration.ts"
import { knownKeys, object, type Report } from "../problems/option-checks.ts"
import type { RouteRule } from "../types/configuration.ts"
import { type ClientIdUse, checkClientIds, clientIdUses, type PlacedText } from "./iot-client-ids.ts"
import { checkCondition } from "./iot-conditions.ts"
import { checkResource, isOpen } from "./iot-resources.ts"
import { namesIn, ownName } from "./iot-substitutions.ts"

/** A policy of AWS IoT Core. */
export interface IotPolicyDocument {
  readonly Version: "2012-10-17"
  readonly Statement: readonly IotStatement[]
}

/** A statement of it. `Resource` may name substitutions: `arn:aws:iot:eu-west-1:123456789012:client/{device}`. */
export interface IotStatement {
  readonly Effect: "Allow" | "Deny"
  readonly Action: string | readonly string[]
  readonly Resource: string | readonly string[]
  readonly Condition?: { readonly [operator: string]: { readonly [key: string]: string | readonly string[] } }
}

/** A policy document, and which callers get it. */
export interface IotPolicy {
  readonly document: IotPolicyDocument
  /** Only callers who meet the rule get the document. @default every caller who may connect */
  readonly rule?: RouteRule
}

/** The bounds of AWS IoT Core. */
const maxDocuments = 10
export const maxDocumentLength = 2048

export const iotPolicies: Option<readonly IotPolicy[]> = option("iotPolicies", [], (value, path, report) => {
  if (!Array.isArray(value) || value.length === 0 || value.length > maxDocuments) {
    report(path, `must be a list of 1 to ${maxDocuments} policies, each { "document": { … } }`)
    return undefined
  }
  const uses: ClientIdUse[] = []
  for (const [index, each] of value.entries()) {
    const place = `${path}[${index}]`
    const policy = object(each, place, report)
    if (policy === undefined) continue
    knownKeys(policy, ["document", "rule"], place, report)
    if (policy.rule !== undefined) checkRule(policy.rule, `${place}.rule`, report)
    uses.push(...checkDocument(policy.document, `${place}.document`, report))
  }
  checkClientIds(uses, report)
  return value as readonly IotPolicy[]
})

/** @returns where the document is about client ids */
function checkDocument(value: unknown, path: string, report: Report): readonly ClientIdUse[] {
  const document = object(value, path, report)
  if (document === undefined) return []
  knownKeys(document, ["Version", "Statement"], path, report)
  words("2012-10-17").check(document.Version, `${path}.Version`, report)
  const { Statement: statements } = document
  // With the names in it: what is written for a caller is measured again.
  const { length } = JSON.stringify(document)
  if (length > maxDocumentLength)
    report(path, `must not be longer than ${maxDocumentLength} characters. Divide it, or merge statements`)
  if (!Array.isArray(statements) || statements.length === 0) {
    report(`${path}.Statement`, "must be a list of at least one statement")
    return []
  }
  return [...statements].flatMap((each, index) => checkStatement(each, `${path}.Statement[${index}]`, report))
}

const members = ["Effect", "Action", "Resource", "Condition"]
const actionForm = /^iot:[A-Za-z*?]{1,60}$/

function checkStatement(value: unknown, path: string, report: Report): readonly ClientIdUse[] {
  const statement = object(value, path, report)
  if (statement === undefined) return []
  knownKeys(statement, members, path, report)
  const effect = words("Allow", "Deny").check(statement.Effect, `${path}.Effect`, report)
  const actions = texts(statement.Action, `${path}.Action`, report)
  const resources = texts(statement.Resource, `${path}.Resource`, report)
  for (const { text, place } of actions)
    if (!actionForm.test(text)) report(place, "is no action of AWS IoT Core, such as iot:Connect or iot:Publish")
  for (const { text, place } of resources) checkResource(text, place, report)
  if (statement.Condition !== undefined) checkCondition(statement.Condition, `${path}.Condition`, report)
  const wild = actions.find(({ text }) => /[*?]/.test(text))
  if (effect === "Allow" && wild !== undefined && resources.some(({ text }) => isOpen(text)))
    report(wild.place, "allows actions by a wildcard on every resource. Name each action, or narrow the resource")
  return clientIdUses({ allows: effect === "Allow", actions, resources, condition: statement.Condition, path })
}

/** One text or several. */
function texts(value: unknown, path: string, report: Report): readonly PlacedText[] {
  const list: readonly unknown[] = Array.isArray(value) ? [...value] : [value]
  if (list.length === 0 || !list.every((each) => typeof each === "string")) {
    report(path, value === undefined ? "missing" : "must be a text, or a list of at least one text")
    return []
  }
  return (list as readonly string[]).map((text, index) => ({
    text,
    place: Array.isArray(value) ? `${path}[${index}]` : path,
  }))
}

/** Names in braces must be there, and names that are there must be used: one of the two is misspelt otherwise. */
export function checkNames(
  { policies, substitutions }: { readonly policies: readonly IotPolicy[]; readonly substitutions: object },
  report: Report,
): void {
  const used = new Set<string>([ownName])
  for (const [at, { document }] of policies.entries())
    for (const [index, { Resource: resource }] of document.Statement.entries())
      for (const name of [resource].flat().flatMap(namesIn)) {
        used.add(name)
        if (name !== ownName && !Object.hasOwn(substitutions, name))
          report(
            `options.policies[${at}].document.Statement[${index}].Resource`,
            "has a name in braces that substitutions do not have. Add it there, or correct it",
          )
      }
  for (const name of Object.keys(substitutions))
    if (!used.has(name))
      report(`options.substitutions.${name}`, "is in no resource. Write its name there in braces, or remove it")
}
