/** Parameter values by name; lists are written with commas, as on a command line. */
export type Values = { readonly [parameter: string]: string | number }

/** What intrinsic functions are evaluated with. */
export interface Stack {
  readonly values: Values
  readonly conditions: { readonly [name: string]: unknown }
  /** Names of the parameters of type CommaDelimitedList. */
  readonly lists: ReadonlySet<string>
}

const account = "123456789012"
const region = "eu-west-1"
const pseudo: { readonly [name: string]: string } = {
  "AWS::AccountId": account,
  "AWS::Partition": "aws",
  "AWS::Region": region,
  "AWS::StackName": "hallpass",
  "AWS::URLSuffix": "amazonaws.com",
}
const noValue = Symbol("AWS::NoValue")

/**
 * What CloudFormation makes of a part of a template: intrinsic functions become values, resources names and ARNs of
 * that form, and what is AWS::NoValue is not there.
 */
export function evaluate(node: unknown, stack: Stack): unknown {
  const value = resolved(node, stack)
  return value === noValue ? undefined : value
}

function resolved(node: unknown, stack: Stack): unknown {
  if (Array.isArray(node)) return node.map((each) => resolved(each, stack)).filter((each) => each !== noValue)
  if (typeof node !== "object" || node === null) return node
  const entries = Object.entries(node)
  const [[name, operand] = ["", undefined]] = entries
  if (entries.length === 1) {
    if (name === "Ref") return reference(String(operand), stack)
    if (name === "Condition" && typeof operand === "string") return holds(operand, stack)
    if (name.startsWith("Fn::")) return call(name, operand, stack)
  }
  return Object.fromEntries(
    entries.map(([key, each]) => [key, resolved(each, stack)]).filter(([, value]) => value !== noValue),
  )
}

/** Whether a condition of the template is true. */
export function holds(condition: string, stack: Stack): boolean {
  if (!Object.hasOwn(stack.conditions, condition)) throw new Error(`There is no condition ${condition}`)
  return Boolean(evaluate(stack.conditions[condition], stack))
}

function reference(name: string, { values, lists }: Stack): unknown {
  if (name === "AWS::NoValue") return noValue
  if (Object.hasOwn(pseudo, name)) return pseudo[name]
  if (!Object.hasOwn(values, name)) {
    if (name === "AuthorizerAlias") return `arn:aws:lambda:${region}:${account}:function:AuthorizerFunction:live`
    return /Secret$/.test(name) ? `arn:aws:secretsmanager:${region}:${account}:secret:${name}-AbCdEf` : name
  }
  return lists.has(name) ? String(values[name]).split(",") : values[name]
}

function call(name: string, operand: unknown, stack: Stack): unknown {
  if (name === "Fn::If") {
    const [condition, yes, no] = operand as [string, unknown, unknown]
    return resolved(holds(condition, stack) ? yes : no, stack)
  }
  if (name === "Fn::GetAtt") return attribute(operand as string[])
  if (name === "Fn::Sub") return substitute(operand as string | [string, { [name: string]: unknown }], stack)
  const operands = (operand as unknown[]).map((each) => resolved(each, stack))
  const [first, second] = operands
  switch (name) {
    case "Fn::Equals":
      return String(first) === String(second)
    case "Fn::And":
      return operands.every(Boolean)
    case "Fn::Or":
      return operands.some(Boolean)
    case "Fn::Not":
      return !first
    case "Fn::Contains":
      return (first as unknown[]).map(String).includes(String(second))
    case "Fn::EachMemberEquals":
      return (first as string[]).every((member) => member === second)
    case "Fn::Split":
      return String(second).split(String(first))
    case "Fn::Join":
      return (second as string[]).join(String(first))
    case "Fn::Select":
      return (second as unknown[])[Number(first)]
    default:
      throw new Error(`The template uses ${name}, which the tests do not know`)
  }
}

function attribute([name = "", ...path]: readonly string[]): string {
  if (name === "InvokeRole" && path.join(".") === "Arn") return `arn:aws:iam::${account}:role/hallpass-${name}-1A2B3C`
  return path.join(".") === "Arn" ? `arn:aws:lambda:${region}:${account}:function:${name}` : `${name}.${path.join(".")}`
}

function substitute(operand: string | [string, { [name: string]: unknown }], stack: Stack): string {
  const [text, variables] = typeof operand === "string" ? [operand, {}] : operand
  return text.replace(/\$\{([^}]+)\}/g, (_all, name: string) => {
    if (Object.hasOwn(variables, name)) return String(resolved(variables[name], stack))
    return String(name.includes(".") ? attribute(name.split(".")) : reference(name, stack))
  })
}
