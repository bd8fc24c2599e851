import { createHash } from "node:crypto"
import { stringify } from "yaml"

// As much of Helm's template language as the chart uses. Anything else throws, so that the chart cannot outgrow the
// test.

type Value = unknown
interface Scope {
  readonly root: Value
  readonly dot: Value
}
type Node =
  | string
  | {
      readonly kind: "if" | "with"
      readonly test: string
      readonly body: readonly Node[]
      readonly other: readonly Node[]
    }
  | { readonly kind: "print"; readonly expression: string }

/** Renders a template. */
export function render(template: string, root: Value): string {
  // "{{-" eats the blanks before it, "-}}" those after it.
  const trimmed = template.replace(/\s*\{\{-/g, "{{").replace(/-\}\}\s*/g, "}}")
  const tokens = trimmed.split(/(\{\{[\s\S]*?\}\})/)
  const [nodes, rest] = parse(tokens, 0)
  if (rest < tokens.length) throw new Error(`an end without a beginning: ${tokens[rest]}`)
  return write(nodes, { root, dot: root })
}

function parse(tokens: readonly string[], from: number): [nodes: Node[], next: number] {
  const nodes: Node[] = []
  let at = from
  while (at < tokens.length) {
    const token = tokens[at] ?? ""
    const action = /^\{\{\s*([\s\S]*?)\s*\}\}$/.exec(token)?.[1]
    if (action === undefined) nodes.push(token)
    else if (action === "end" || action === "else") return [nodes, at]
    else if (/^(?:if|with) /.test(action)) {
      const [body, middle] = parse(tokens, at + 1)
      const hasElse = /else/.test(tokens[middle] ?? "")
      const [other, end] = hasElse ? parse(tokens, middle + 1) : [[], middle]
      const [kind = "", ...test] = action.split(" ")
      nodes.push({ kind: kind as "if" | "with", test: test.join(" "), body, other })
      at = end
    } else nodes.push({ kind: "print", expression: action })
    at++
  }
  return [nodes, at]
}

function write(nodes: readonly Node[], scope: Scope): string {
  return nodes
    .map((node) => {
      if (typeof node === "string") return node
      if (node.kind === "print") return String(evaluate(node.expression, scope))
      const value = evaluate(node.test, scope)
      if (isEmpty(value)) return write(node.other, scope)
      return write(node.body, node.kind === "with" ? { ...scope, dot: value } : scope)
    })
    .join("")
}

function isEmpty(value: Value): boolean {
  if (value === undefined || value === null || value === false || value === "" || value === 0) return true
  return typeof value === "object" && Object.keys(value).length === 0
}

/** A pipeline: the value so far is the last argument of the next function. */
function evaluate(expression: string, scope: Scope): Value {
  const [first = "", ...more] = split(expression, "|")
  return more.reduce((value: Value, step) => call(split(step, " "), scope, [value]), call(split(first, " "), scope, []))
}

function call([name = "", ...words]: readonly string[], scope: Scope, piped: readonly Value[]): Value {
  const known = functions[name]
  if (known === undefined && words.length + piped.length > 0) throw new Error(`the test does not know ${name}`)
  const given = words.map((word) => operand(word, scope))
  return known === undefined ? operand(name, scope) : known(...given, ...piped)
}

function operand(word: string, scope: Scope): Value {
  if (word.startsWith("(")) return evaluate(word.slice(1, -1), scope)
  if (/^"/.test(word)) return JSON.parse(word)
  if (/^\d+$/.test(word)) return Number(word)
  if (word === ".") return scope.dot
  if (!/^(?:\.\w+)+$/.test(word)) throw new Error(`the test does not know ${word}`)
  return word
    .slice(1)
    .split(".")
    .reduce((value: Value, key) => (value as { readonly [key: string]: Value } | undefined)?.[key], scope.root)
}

const functions: { readonly [name: string]: (...args: Value[]) => Value } = {
  quote: (value) => JSON.stringify(String(value)),
  default: (fallback, value) => (isEmpty(value) ? fallback : value),
  int: (value) => Number(value),
  not: (value) => isEmpty(value),
  eq: (a, b) => a === b,
  gt: (a, b) => Number(a) > Number(b),
  sha256sum: (text) => createHash("sha256").update(String(text)).digest("hex"),
  printf: (form, ...values) =>
    values.reduce((text: string, value) => text.replace(/%[sd]/, String(value)), String(form)),
  toYaml: (value) => stringify(value).trimEnd(),
  nindent: (width, text) => `\n${String(text).replace(/^/gm, " ".repeat(Number(width)))}`,
}

/** Splits outside of quotes and parentheses. */
function split(text: string, separator: string): string[] {
  const parts = [""]
  let [depth, quoted] = [0, false]
  for (const character of text) {
    if (character === '"') quoted = !quoted
    if (!quoted && character === "(") depth++
    if (!quoted && character === ")") depth--
    if (character === separator && !quoted && depth === 0) parts.push("")
    else parts.push((parts.pop() ?? "") + character)
  }
  return parts.map((part) => part.trim()).filter((part) => part !== "")
}
