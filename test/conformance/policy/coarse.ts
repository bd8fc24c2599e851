import type { Asked } from "./arbitraries.ts"
import { type Api, isAmbiguous, spellings } from "./expected.ts"
import {
  chosenForAny,
  chosenRoute,
  coverOf,
  isCatchAll,
  methodOf,
  methods,
  type Reading,
  templateOf,
} from "./gateway.ts"
import { matchesText } from "./iam.ts"
import { meets, type Person } from "./rules.ts"

// A model of answers for one route: the gateway's choice counts, unless a backend may read the path as that of a
// stricter route which the gateway would choose first.

export const withoutNames = (key: string): string => key.replace(/\{[^}+]*/g, "{")

/** Every route of the table that some reading of the path leads to, apart from what the gateway's own route takes. */
function othersRead(
  { table }: Api,
  { method, path }: Asked,
  chosen: string,
  finer: readonly string[],
  order: Reading,
): string[] {
  const keys = Object.keys(table)
  const texts = [path, ...spellings(path)].map((text) => text.replace(/(?<=.)\/$/, ""))
  const read = texts.flatMap((text) => {
    const key = chosenRoute(keys, method, text, order)
    const isOwn = chosenForAny([chosen], method, text, order) === chosen
    return key === undefined || key === chosen || (isOwn && !finer.includes(key)) ? [] : [key]
  })
  return [...new Set(read)]
}

/** Routes of the table that the gateway would choose before `chosen` for some path. */
function finerThan({ table }: Api, chosen: string, method: string, order: Reading): string[] {
  const isShadowed = (key: string): boolean => methodOf(key) === "ANY" && `${method} ${templateOf(key)}` in table
  return Object.keys(table).filter((key) => {
    if (isShadowed(key)) return false
    const isSame = templateOf(withoutNames(key)) === templateOf(withoutNames(chosen))
    if (isSame || key === "$default" || ![method, "ANY"].includes(methodOf(key))) return false
    if (chosen === "$default") return true
    const [a, b] = [key, chosen].map((each) =>
      templateOf(each)
        .split("/")
        .filter((part) => part !== ""),
    )
    return takesPathsOf(a ?? [], b ?? [], order)
  })
}

/** Whether some path fits both templates, and this kind of API gives it to the first one. */
function takesPathsOf(a: readonly string[], b: readonly string[], order: Reading): boolean {
  const open = (part: string | undefined): boolean => part?.startsWith("{") === true
  const greedy = (parts: readonly string[]): boolean => parts.at(-1)?.endsWith("+}") === true
  if (a.length !== b.length && !(greedy(a) && a.length < b.length) && !(greedy(b) && b.length < a.length)) return false
  if (!a.every((part, at) => open(part) || at >= b.length || open(b[at]) || part === b[at])) return false
  const ranks = (parts: readonly string[]): string =>
    parts.map((part) => (part.endsWith("+}") ? "2" : open(part) ? "1" : "0")).join("")
  return order === "http" && greedy(a) !== greedy(b) ? greedy(b) : ranks(a) < ranks(b)
}

/** What is wrong with a verdict on a request; undefined if nothing is. */
export function problemOf(
  tested: Api,
  person: Person,
  request: Asked,
  chosen: string,
  allowed: boolean,
  order: Reading,
): string | undefined {
  const { table, unmatched } = tested
  const isSame = (key: string): boolean => templateOf(withoutNames(key)) === templateOf(withoutNames(chosen))
  const same = Object.keys(table).filter((key) => isSame(key) && [request.method, "ANY"].includes(methodOf(key)))
  const own = same.find((key) => methodOf(key) === request.method) ?? same[0]
  const isMeant = own === undefined ? unmatched === "authenticated" : meets(person, table[own] ?? {})
  const refused = (key: string): boolean => !meets(person, table[key] ?? {})
  const finer = finerThan(tested, chosen, request.method, order)
  const doubtful = isCatchAll(chosen) || finer.some(refused)
  if (allowed) {
    if (!methods.includes(request.method)) return "allows a method that nobody knows"
    if (!isMeant) return `allows ${chosen}`
    const other = othersRead(tested, request, chosen, finer, order).find(refused)
    const plain = chosenRoute(Object.keys(table), request.method, request.path, order)
    if (plain !== undefined && plain !== own && finer.includes(plain) && refused(plain))
      return `allows what the table gives to ${plain}`
    return doubtful && other !== undefined ? `allows what may be read as ${other}` : undefined
  }
  if (!isMeant || !methods.includes(request.method) || isAmbiguous(request.path)) return undefined
  // A Deny of a finer route covers longer paths as well, because * crosses /.
  const tail = `${request.method}${request.path}`
  if (finer.some((key) => refused(key) && coverOf(key).some((pattern) => matchesText(pattern, tail)))) return undefined
  const readings = othersRead(tested, request, chosen, finer, order)
  return readings.some((key) => finer.includes(key)) ? undefined : `refuses ${chosen}`
}
