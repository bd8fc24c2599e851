import { readFileSync } from "node:fs"
import { parseTemplate } from "./cloudformation-yaml.ts"
import { evaluate, holds, type Stack, type Values } from "./intrinsics.ts"

export type { Values }

export interface Resource {
  Type: string
  Condition?: string
  Metadata?: object
  Properties: { [name: string]: unknown }
}
interface Parameter {
  Type: string
  Default?: string | number
  Description?: string
  AllowedValues?: (string | number)[]
  AllowedPattern?: string
  MinValue?: number
  MaxValue?: number
}
export interface Template {
  Parameters: { [name: string]: Parameter }
  Rules: { [name: string]: { RuleCondition?: unknown; Assertions: { Assert: unknown; AssertDescription: string }[] } }
  Conditions: { [name: string]: unknown }
  Resources: { [name: string]: Resource }
  Outputs: { [name: string]: { Condition?: string; Value: unknown } }
  Metadata: { [name: string]: unknown }
}

export const templateText: string = readFileSync(new URL("../../template.yaml", import.meta.url), "utf8")

/** `template.yaml`, with intrinsic functions in their long form. */
export const template: Template = parseTemplate(templateText) as Template

export function resource(name: string): Resource {
  const found = template.Resources[name]
  if (found === undefined) throw new Error(`template.yaml has no resource ${name}`)
  return found
}

export function resourcesOf(type: string): [name: string, resource: Resource][] {
  return Object.entries(template.Resources).filter(([, { Type }]) => Type === type)
}

/** The environment of the authorizer as the template writes it. */
export const environment: { [name: string]: unknown } = (
  resource("AuthorizerFunction").Properties.Environment as { Variables: { [name: string]: unknown } }
).Variables

const defaults: Values = Object.fromEntries(
  Object.entries(template.Parameters).flatMap(([name, { Default }]) =>
    Default === undefined ? [] : [[name, Default]],
  ),
)

export function withDefaults(values: Values): Values {
  return { ...defaults, ...values }
}

const lists = new Set(
  Object.entries(template.Parameters)
    .filter(([, { Type }]) => Type === "CommaDelimitedList")
    .map(([name]) => name),
)

/** The stack that these parameters make. */
export function stackOf(values: Values): Stack {
  return { values: withDefaults(values), conditions: template.Conditions, lists }
}

/** What the rules say against these parameters: nothing would be deployed then. */
export function refusals(values: Values): string[] {
  const stack = stackOf(values)
  return Object.values(template.Rules)
    .filter(({ RuleCondition }) => evaluate(RuleCondition, stack))
    .flatMap(({ Assertions }) => Assertions)
    .filter(({ Assert }) => !evaluate(Assert, stack))
    .map(({ AssertDescription }) => AssertDescription)
}

/** The environment that the function gets with these parameters, all texts as in Lambda. */
export function deployedEnvironment(values: Values): { [name: string]: string } {
  const stack = stackOf(values)
  return Object.fromEntries(Object.entries(environment).map(([name, node]) => [name, String(evaluate(node, stack))]))
}

/** The resources that these parameters deploy, their properties evaluated. */
export function deployedResources(values: Values): { [name: string]: Resource } {
  const stack = stackOf(values)
  return Object.fromEntries(
    Object.entries(template.Resources)
      .filter(([, { Condition }]) => Condition === undefined || holds(Condition, stack))
      .map(([name, each]) => [
        name,
        { ...each, Properties: evaluate(each.Properties, stack) as Resource["Properties"] },
      ]),
  )
}
