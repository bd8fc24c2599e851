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
  Description: string
  Parameters: { [name: string]: Parameter }
  Rules?: { [name: string]: { RuleCondition?: unknown; Assertions: { Assert: unknown; AssertDescription: string }[] } }
  Conditions: { [name: string]: unknown }
  Resources: { [name: string]: Resource }
  Outputs: { [name: string]: { Condition?: string; Description?: string; Value: unknown } }
  Metadata?: { [name: string]: unknown }
}

/** One template of the project, with intrinsic functions in their long form, and what CloudFormation makes of it. */
export class Deployable {
  /** Its path in the project. */
  readonly path: string
  readonly text: string
  readonly template: Template

  constructor(path: string) {
    this.path = path
    this.text = readFileSync(new URL(`../../${path}`, import.meta.url), "utf8")
    const read = parseTemplate(this.text) as Template
    this.template = { ...read, Conditions: read.Conditions ?? {}, Outputs: read.Outputs ?? {} }
  }

  resource(name: string): Resource {
    const found = this.template.Resources[name]
    if (found === undefined) throw new Error(`${this.path} has no resource ${name}`)
    return found
  }

  resourcesOf(type: string): [name: string, resource: Resource][] {
    return Object.entries(this.template.Resources).filter(([, { Type }]) => Type === type)
  }

  withDefaults(values: Values): Values {
    const defaults = Object.entries(this.template.Parameters).flatMap(([name, { Default }]) =>
      Default === undefined ? [] : [[name, Default]],
    )
    return { ...Object.fromEntries(defaults), ...values }
  }

  /** The stack that these parameters make. */
  stackOf(values: Values): Stack {
    const lists = Object.entries(this.template.Parameters)
      .filter(([, { Type }]) => /^(?:CommaDelimitedList$|List<)/.test(Type))
      .map(([name]) => name)
    return { values: this.withDefaults(values), conditions: this.template.Conditions, lists: new Set(lists) }
  }

  /** What the rules say against these parameters: nothing would be deployed then. */
  refusals(values: Values): string[] {
    const stack = this.stackOf(values)
    return Object.values(this.template.Rules ?? {})
      .filter(({ RuleCondition }) => RuleCondition === undefined || evaluate(RuleCondition, stack))
      .flatMap(({ Assertions }) => Assertions)
      .filter(({ Assert }) => !evaluate(Assert, stack))
      .map(({ AssertDescription }) => AssertDescription)
  }

  /** The resources that these parameters deploy, their properties evaluated. */
  deployedResources(values: Values): { [name: string]: Resource } {
    const stack = this.stackOf(values)
    return Object.fromEntries(
      Object.entries(this.template.Resources)
        .filter(([, { Condition }]) => Condition === undefined || holds(Condition, stack))
        .map(([name, each]) => [
          name,
          { ...each, Properties: evaluate(each.Properties, stack) as Resource["Properties"] },
        ]),
    )
  }

  /** What CloudFormation would say against a value; every member of a list is matched by itself. */
  problemsOf(name: string, value: string | number): string[] {
    const parameter = this.template.Parameters[name]
    if (parameter === undefined) return [`${name} is no parameter`]
    const { Type, AllowedPattern, AllowedValues, MinValue, MaxValue } = parameter
    const problems: string[] = []
    const members = Type === "CommaDelimitedList" ? String(value).split(",") : [String(value)]
    if (AllowedPattern !== undefined && !members.every((each) => new RegExp(AllowedPattern).test(each)))
      problems.push(`${name} does not match ${AllowedPattern}`)
    if (AllowedValues !== undefined && !AllowedValues.map(String).includes(String(value)))
      problems.push(`${name} is none of ${AllowedValues.join(", ")}`)
    if (MinValue !== undefined && Number(value) < MinValue) problems.push(`${name} is below ${MinValue}`)
    if (MaxValue !== undefined && Number(value) > MaxValue) problems.push(`${name} is above ${MaxValue}`)
    return problems
  }
}

export const core: Deployable = new Deployable("template.yaml")
export const demo: Deployable = new Deployable("deploy/demo.yaml")
export const operations: Deployable = new Deployable("deploy/operations.yaml")
export const edge: Deployable = new Deployable("deploy/edge.yaml")
export const privateApi: Deployable = new Deployable("deploy/private.yaml")
export const watch: Deployable = new Deployable("deploy/watch.yaml")
export const nested: Deployable = new Deployable("deploy/nested.yaml")
export const deployables: readonly Deployable[] = [core, demo, operations, edge, privateApi, watch, nested]

/** The environment of the authorizer as the template writes it. */
export const environment: { [name: string]: unknown } = (
  core.resource("AuthorizerFunction").Properties.Environment as { Variables: { [name: string]: unknown } }
).Variables

/** The environment that the function gets with these parameters, all texts as in Lambda. */
export function deployedEnvironment(values: Values): { [name: string]: string } {
  const stack = core.stackOf(values)
  return Object.fromEntries(Object.entries(environment).map(([name, node]) => [name, String(evaluate(node, stack))]))
}
