// The rules of the house: who may import whom, and how files are named. Reads source text only, so that planted
// violations can be tried on it.

/** One import of a file: the specifier as written, and whether it is there at run time before anything is called. */
export interface Import {
  readonly specifier: string
  readonly kind: "static" | "type" | "dynamic"
}

const clause = String.raw`(?:(?:[\w$]+\s*,\s*)?(?:\{[^}]*\}|\*(?:\s*as\s+[\w$]+)?)|[\w$]+)`
const fromStatement = new RegExp(String.raw`^(?:import|export)\s+(type\s+)?${clause}\s*from\s*["']([^"'\n]+)["']`, "gm")
const bareStatement = /^import\s*["']([^"'\n]+)["']/gm
const importCall = /\bimport\(\s*["']([^"'\n]+)["']/g

/**
 * All imports and re-exports of a source text. Statements are expected to begin a line, as the formatter writes them.
 */
export function importsOf(source: string): Import[] {
  return [
    ...[...source.matchAll(fromStatement)].map(([, type, specifier = ""]): Import => {
      return { specifier, kind: type ? "type" : "static" }
    }),
    ...[...source.matchAll(bareStatement)].map(([, specifier = ""]): Import => ({ specifier, kind: "static" })),
    ...[...source.matchAll(importCall)].map(([, specifier = ""]): Import => ({ specifier, kind: "dynamic" })),
  ]
}

/** Nouns and tables, and private tools: every room may use them. */
export const base: readonly string[] = ["types", "shared"]
const lowerRooms = ["token", "keys", "provider", "secret", "renewal"]
const stageRooms = ["event", "edge", "credential", "route", "policy", "answer"]

/** Room to the rooms that it may import, other than itself. */
export const mayImport: { readonly [room: string]: readonly string[] } = {
  types: [],
  shared: ["types"],
  renewal: base,
  token: [...base, "keys", "provider"],
  keys: [...base, "renewal"],
  provider: [...base, "problems"],
  secret: [...base, "problems", "renewal"],
  rotation: [...base, "secret"],
  deployment: [...base, "authorizer", "comparison", "configuration"],
  cdk: [...base, "authorizer", "configuration"],
  event: base,
  edge: base,
  credential: base,
  route: base,
  policy: [...base, "route"],
  answer: base,
  problems: [...base, "route"],
  openapi: [...base, "problems", "route"],
  observe: base,
  testing: base,
  configuration: [...base, "problems", ...lowerRooms, ...stageRooms],
  shadow: [...base, "problems", "event", "answer", "configuration", "authorizer"],
  comparison: [...base, "problems", ...lowerRooms, ...stageRooms, "configuration", "authorizer", "testing", "openapi"],
  authorizer: [...base, "problems", "observe", "configuration", "shadow", ...lowerRooms, ...stageRooms],
  diagnosis: [...base, "problems", ...lowerRooms, ...stageRooms, "configuration", "authorizer"],
  http: [...base, "answer", "authorizer", "edge", "observe"],
  aws: [
    ...[...base, "problems", "renewal", "keys", "token", "answer", "authorizer", "configuration"],
    ...["edge", "http", "observe", "route"],
  ],
  mesh: [...base, "problems", "provider", "credential", "route", "configuration", "http"],
  cli: ["door", "local"],
  handlers: ["door", "rotation"],
  local: ["door"],
}

/** Built-in modules that are slow to load, and packages that are large: never on the static import path of `src/`. */
const lazyOnly = /^(?:node:)?(?:http|https|http2|net|tls)$|^@aws-sdk\//

/** What the build puts into a handler. */
const builtIn = /\.config\.ts$|^handlers\/(?:compiled|deployment-check|key-snapshot|recorded-events|start)\.ts$/

/**
 * What `import()` may load of `src/`: one file per optional block, and one named entry per room (`cli/` loads what a
 * command needs).
 */
const lazyEntries =
  /^src\/(?:authorizer\/optional\/[a-z-]+|http\/(?:service|grpc\/server|metrics)|keys\/network|token\/store|secret\/fetch|observe\/recorder|cli\/[a-z/-]+)\.ts$/

const shortest = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "").trim()
const reExport = /export\s+(?:type\s+)?\{[^}]*\}\s*from\s*["'][^"'\n]+["'];?/g
const onlyReExports = (source: string): boolean => shortest(source).replace(reExport, "").trim() === ""

/** `src/index.ts` is a door, `src/token/verify.ts` is in the room `token`, `local/start.ts` in `local`. */
function roomOf(path: string): string {
  const [top = "", second = "", ...rest] = path.split("/")
  if (top !== "src") return top
  return rest.length === 0 ? "door" : second
}

function resolve(from: string, specifier: string): string {
  return new URL(specifier, `file:///${from}`).pathname.slice(1)
}

function nameProblems(path: string): string[] {
  const problems: string[] = []
  for (const part of path.split("/")) {
    const name = part.replace(/(?:\.(?:d|config))?\.[a-z]+$/, "")
    if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name)) problems.push(`${path}: ${part} is not kebab-case`)
    if (/\b(?:utils?|helpers?|managers?)\b/.test(name))
      problems.push(`${path}: ${part} says nothing about what it holds`)
  }
  return problems
}

function importProblems(path: string, { specifier, kind }: Import): string[] {
  const room = roomOf(path)
  if (!specifier.startsWith(".")) {
    if (path.startsWith("src/") && kind === "static" && lazyOnly.test(specifier)) {
      return [`${path}: ${specifier} is loaded by import() or process.getBuiltinModule only`]
    }
    return []
  }
  const target = resolve(path, specifier)
  const other = roomOf(target)
  if (path.startsWith("src/") && room !== "cli" && !target.startsWith("src/"))
    return [`${path}: ${target} lies outside src`]
  if (room === "door" && other === "cli") return [`${path}: no door opens the command line, which no bundle may hold`]
  if (room === "door") return other === "door" ? [`${path}: a door does not import the door ${target}`] : []
  if (room === "handlers" && other === room && !builtIn.test(target)) {
    return [`${path}: a handler imports doors, the start, its configuration and its key snapshot only, not ${target}`]
  }
  if (other !== room && !mayImport[room]?.includes(other)) return [`${path}: ${room} may not import ${target}`]
  if (path.startsWith("src/") && kind === "dynamic" && !lazyEntries.test(target)) {
    return [`${path}: import() loads the blocks of authorizer/optional and one named entry per room, not ${target}`]
  }
  return []
}

function sourceProblems(path: string, source: string): string[] {
  if (!path.startsWith("src/")) return []
  const problems: string[] = []
  const room = roomOf(path)
  const statements = shortest(source)
  if (room === "door" && !onlyReExports(source)) problems.push(`${path}: a door only re-exports, by name`)
  if (room !== "door" && (path.endsWith("/index.ts") || onlyReExports(source))) {
    problems.push(`${path}: a room has no barrel`)
  }
  if (room !== "door" && !(room in mayImport)) problems.push(`${path}: the house has no room ${room}`)
  if (/(?<![\w$.#])fetch\s*\(|\bglobalThis\s*\.\s*fetch\b/.test(statements)) {
    problems.push(`${path}: fetch costs a cold start 20 ms; key sets are fetched with node:https`)
  }
  return problems
}

/** Every cycle found by walking the imports depth first, as `a -> b -> a`. */
function cycles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = []
  const done = new Set<string>()
  const walk = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path)
    if (start >= 0) found.push(`cycle: ${[...trail.slice(start), path].join(" -> ")}`)
    if (start >= 0 || done.has(path)) return
    for (const next of graph.get(path) ?? []) walk(next, [...trail, path])
    done.add(path)
  }
  for (const path of graph.keys()) walk(path, [])
  return found
}

/** Everything in which the files (path to text) break the rules of the house. */
export function houseProblems(files: ReadonlyMap<string, string>): string[] {
  const graph = new Map<string, string[]>()
  const problems: string[] = []
  for (const [path, source] of files) {
    const imports = importsOf(source)
    const relative = imports.filter(({ specifier }) => specifier.startsWith("."))
    graph.set(
      path,
      relative.map(({ specifier }) => resolve(path, specifier)),
    )
    problems.push(...nameProblems(path), ...sourceProblems(path, source))
    problems.push(...imports.flatMap((each) => importProblems(path, each)))
  }
  return [...problems, ...cycles(graph)]
}

/** Files of `src/` with more lines than `limit`, as `path: lines`. */
export function longFiles(files: ReadonlyMap<string, string>, limit: number): string[] {
  return [...files]
    .filter(([path]) => path.startsWith("src/"))
    .map(([path, source]) => ({ path, lines: source.trimEnd().split("\n").length }))
    .filter(({ lines }) => lines > limit)
    .map(({ path, lines }) => `${path}: ${lines} lines`)
}
