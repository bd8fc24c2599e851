import { readFileSync } from "node:fs"
import { parseTemplate } from "./cloudformation-yaml.ts"

export interface Resource {
  Type: string
  Condition?: string
  Metadata?: object
  Properties: { [name: string]: unknown }
}
interface Parameter {
  Type: string
  Default?: string | number
  AllowedValues?: (string | number)[]
  AllowedPattern?: string
}
interface Template {
  Parameters: { [name: string]: Parameter }
  Rules: { [name: string]: { RuleCondition: unknown; Assertions: { Assert: unknown; AssertDescription: string }[] } }
  Conditions: { [name: string]: unknown }
  Resources: { [name: string]: Resource }
  Outputs: { [name: string]: { Condition?: string; Value: unknown } }
}

/** `template.yaml`, with intrinsic functions in their long form. */
export const template: Template = parseTemplate(
  readFileSync(new URL("../../template.yaml", import.meta.url), "utf8"),
) as Template

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

/** Parameter values by name. */
export type Values = { readonly [parameter: string]: string | number }

const defaults: Values = Object.fromEntries(
  Object.entries(template.Parameters).flatMap(([name, { Default }]) =>
    Default === undefined ? [] : [[name, Default]],
  ),
)

export function withDefaults(values: Values): Values {
  return { ...defaults, ...values }
}

/** Evaluates the few intrinsic functions that rules, conditions and the environment are made of. */
function evaluate(node: unknown, values: Values): unknown {
  if (typeof node !== "object" || node === null) return node
  const [[name, operand] = ["", undefined]] = Object.entries(node)
  if (name === "Ref") return values[String(operand)]
  if (name === "Fn::If") {
    const [condition, yes, no] = operand as [string, unknown, unknown]
    return evaluate(evaluate(template.Conditions[condition], values) ? yes : no, values)
  }
  const operands = (operand as unknown[]).map((each) => evaluate(each, values))
  if (name === "Fn::Equals") return String(operands[0]) === String(operands[1])
  if (name === "Fn::And") return operands.every(Boolean)
  if (name === "Fn::Or") return operands.some(Boolean)
  if (name === "Fn::Not") return !operands[0]
  throw new Error(`template.yaml uses ${name} where the tests do not know it`)
}

/** What the rules say against these parameters: nothing would be deployed then. */
export function refusals(values: Values): string[] {
  const all = withDefaults(values)
  return Object.values(template.Rules)
    .filter(({ RuleCondition }) => evaluate(RuleCondition, all))
    .flatMap(({ Assertions }) => Assertions)
    .filter(({ Assert }) => !evaluate(Assert, all))
    .map(({ AssertDescription }) => AssertDescription)
}

/** The environment that the function gets with these parameters, all texts as in Lambda. */
export function deployedEnvironment(values: Values): { [name: string]: string } {
  const all = withDefaults(values)
  return Object.fromEntries(Object.entries(environment).map(([name, node]) => [name, String(evaluate(node, all))]))
}
