import { parseSync } from "oxc-parser"

/** One small change of a source text. */
export interface Mutant {
  /** Offsets in the text. */
  readonly start: number
  readonly end: number
  readonly from: string
  readonly to: string
}

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [member: string]: unknown
}

type Change = readonly [start: number, end: number, to: string]

const opposite: { readonly [operator: string]: readonly string[] } = {
  "===": ["!=="],
  "!==": ["==="],
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "&&": ["||"],
  "||": ["&&"],
  "??": ["&&"],
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
  "/": ["*"],
  "++": ["--"],
  "--": ["++"],
  "+=": ["-="],
  "-=": ["+="],
}

/** Methods of texts and lists, and what is put in their place; an empty text leaves the call out. */
const methods: { readonly [name: string]: string } = {
  some: "every",
  every: "some",
  startsWith: "endsWith",
  endsWith: "startsWith",
  toLowerCase: "",
  toUpperCase: "",
  trim: "",
  filter: "",
  slice: "",
  sort: "",
}

/** Every mutant of a text of TypeScript, in the order of its places. The same text always has the same ones. */
export function mutantsOf(path: string, text: string): readonly Mutant[] {
  const { program, errors } = parseSync(path, text)
  if (errors.length > 0) throw new SyntaxError(`${path} cannot be parsed: ${errors[0]?.message}`)
  const found = new Map<string, Mutant>()
  visit(program as unknown as Node, (node) => {
    for (const [start, end, to] of changesOf(node, text)) {
      const from = text.slice(start, end)
      if (from !== to) found.set(`${start} ${end} ${to}`, { start, end, from, to })
    }
  })
  return [...found.values()].sort((a, b) => a.start - b.start || a.end - b.end || (a.to < b.to ? -1 : 1))
}

const untouched = /^(?:Import|ExportAll|TSInterface|TSTypeAlias|TSDeclare|TSEnum)/
const wrappers = /^TS(?:As|Satisfies|NonNull)/

function visit(node: Node, take: (node: Node) => void): void {
  // Types are gone before anything runs, and what a module imports is not its behaviour.
  if (untouched.test(node.type) || (node.type.startsWith("TS") && !wrappers.test(node.type))) return
  take(node)
  for (const [name, member] of Object.entries(node)) {
    if (name === "typeAnnotation" || name === "returnType" || name.startsWith("type")) continue
    for (const child of [member].flat()) if (isNode(child)) visit(child, take)
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as Node).type === "string"
}

function changesOf(node: Node, text: string): readonly Change[] {
  const of = (member: string): Node => node[member] as Node
  switch (node.type) {
    case "BinaryExpression":
    case "LogicalExpression":
    case "AssignmentExpression":
      return operatorChanges(node, of("left"), of("right"), text)
    case "UpdateExpression":
      return node.prefix ? [] : [[node.end - 2, node.end, opposite[String(node.operator)]?.[0] ?? ""]]
    case "UnaryExpression":
      return node.operator === "!" ? [[node.start, node.start + 1, ""]] : []
    case "IfStatement":
    case "ConditionalExpression":
      return [true, false].map((value) => [of("test").start, of("test").end, String(value)])
    case "ForStatement":
    case "WhileStatement":
      return isNode(node.test) ? [[node.test.start, node.test.end, "false"]] : []
    case "ForOfStatement":
      return [[of("right").start, of("right").end, "[]"]]
    case "ReturnStatement":
      return isNode(node.argument) ? returnChanges(node.argument, text) : []
    case "ArrowFunctionExpression":
      return of("body").type === "BlockStatement" ? [] : returnChanges(of("body"), text)
    case "ExpressionStatement":
      // A call for its effect alone: a report, a set, a push.
      return isCall(of("expression")) ? [[node.start, node.end, ";"]] : []
    case "CallExpression":
      return callChanges(node, text)
    case "ArrayExpression":
      return (node.elements as readonly unknown[]).length > 0 ? [[node.start, node.end, "[]"]] : []
    case "Literal":
      return literalChanges(node)
    case "ObjectExpression":
      return (node.properties as readonly Node[]).flatMap(({ type, start, end }): readonly Change[] =>
        type === "SpreadElement" ? [[start, end, "...{}"]] : [],
      )
    default:
      return []
  }
}

function operatorChanges(node: Node, left: Node, right: Node, text: string): readonly Change[] {
  const operator = String(node.operator)
  const start = text.indexOf(operator, left.end)
  if (start === -1 || start >= right.start) return []
  return (opposite[operator] ?? []).map((other) => [start, start + operator.length, other])
}

function returnChanges(argument: Node, text: string): readonly Change[] {
  const source = text.slice(argument.start, argument.end)
  return source === "undefined" ? [] : [[argument.start, argument.end, "undefined"]]
}

function isCall(node: Node): boolean {
  return node.type === "CallExpression" || (node.type === "ChainExpression" && isCall(node.expression as Node))
}

function callChanges(node: Node, text: string): readonly Change[] {
  const callee = node.callee as Node
  if (callee.type !== "MemberExpression" || callee.computed === true) return []
  const property = callee.property as Node
  const name = String(property.name)
  const other = Object.hasOwn(methods, name) ? methods[name] : undefined
  if (other === undefined) return []
  const object = callee.object as Node
  return other === ""
    ? [[node.start, node.end, text.slice(object.start, object.end)]]
    : [[property.start, property.end, other]]
}

function literalChanges({ start, end, value, regex }: Node): readonly Change[] {
  if (typeof value === "boolean") return [[start, end, String(!value)]]
  if (typeof value === "number") {
    return [
      [start, end, String(value + 1)],
      [start, end, String(value - 1)],
    ]
  }
  if (regex !== undefined && regex !== null) return patternChanges(start, regex as { pattern: string })
  // A text with blanks is a message, which other tests read.
  return typeof value === "string" && !value.includes(" ") ? [[start, end, value === "" ? '"mutant"' : '""']] : []
}

/** A pattern without one of its anchors, and with another number of repetitions. */
function patternChanges(start: number, { pattern }: { readonly pattern: string }): readonly Change[] {
  const changes: Change[] = []
  const from = start + 1
  const at = from + pattern.length
  if (pattern.startsWith("^")) changes.push([from, from + 1, ""])
  if (pattern.endsWith("$") && !pattern.endsWith("\\$")) changes.push([at - 1, at, ""])
  for (const { 0: count, index } of pattern.matchAll(/(?<=[\])\w])[+*](?![?+])/g)) {
    changes.push([from + index, from + index + 1, count === "+" ? "*" : "+"])
  }
  return changes
}
