import type { CompiledRule } from "../route/demands.ts"

import { httpMethods, isFixed, rest } from "../route/tokens.ts"
import { routeOf, type Template } from "../route/tree.ts"
import type { DocumentBytes } from "../types/coverage.ts"
import type { CompiledTable } from "./compile.ts"
import type { CoverOptions, Examined } from "./patterns.ts"
import { resourceBytes } from "./rights.ts"

/** How large the answers of a table can be. */
export interface TableSizes {
  /** Most bytes of an answer, counted in a cheap way. */
  byBranch(bytes: DocumentBytes): number
  /** Most bytes of an answer without the patterns of its routes. */
  ofFrame(bytes: DocumentBytes): number
  /** Bytes of the Resources of some paths, for methods by their bits. */
  ofPaths(bits: number, paths: readonly string[], bytes: DocumentBytes): number
  /** The methods of each rule, by the places of the templates in the tree of patterns. */
  rulesByPlace(): readonly ReadonlyMap<string, number>[]
}

/** What is known of the sizes of a table's answers. */
export function sizesOf({ examined, coverOptions, shorter }: CompiledTable): TableSizes {
  return {
    byBranch: (bytes) => bytesByBranch(examined, coverOptions, bytes),
    ofFrame: (bytes) => bytesOfFrame(examined, coverOptions, bytes),
    ofPaths: (bits, paths, { resource }) => paths.reduce((sum, path) => sum + resourceBytes(bits, path, resource), 0),
    rulesByPlace: () => shorter.placed.map(rulesOf),
  }
}

/** What every answer of a table may need in addition to the patterns of its routes. Bytes. */
function bytesOfFrame(
  examined: readonly Examined[],
  { ambiguous }: Pick<CoverOptions, "ambiguous">,
  bytes: DocumentBytes,
): number {
  let sum = bytes.frame
  for (const text of ambiguous)
    sum += bytes.form + (text.includes("/") ? bytes.stageOfForm : 0) + JSON.stringify(text).length - 2
  const slashes = examined.some(({ slashRivals }) => slashRivals.length > 0)
  for (const method of httpMethods) {
    if (!examined.some(({ template }) => routeOf(template, method) !== undefined)) continue
    sum += bytes.mistaken + method.length + (slashes ? bytes.resource + `${method}/?*/`.length : 0)
  }
  return sum
}

/** A branch with more rules counts as if all of its routes were permitted and forbidden at once. */
const maxRules = 5

/**
 * Most bytes of an answer, counted in a simple way: route by route, or by one pattern for the routes of a method below
 * one beginning, if they share their rule. Cheap, for it is counted at each start; most tables fit by it.
 */
function bytesByBranch(
  examined: readonly Examined[],
  options: Pick<CoverOptions, "ambiguous" | "resourcePolicyAllows">,
  bytes: DocumentBytes,
): number {
  let sum = bytesOfFrame(examined, options, bytes)
  for (const branch of branchesOf(examined))
    for (const [bit, method] of httpMethods.entries())
      sum += bytesOfBranch(examined, branch, bit, bytes.resource + method.length + 1, options.resourcePolicyAllows)
  return sum
}

/** Templates that begin alike. */
interface Branch {
  readonly members: readonly number[]
  /** Bytes of what they begin with; undefined: other templates may take such paths as well. */
  readonly beginning: number | undefined
}

function branchesOf(examined: readonly Examined[]): readonly Branch[] {
  const tokens = examined.map(({ template }) => template.tokens)
  // What all routes begin with, such as a version, tells none apart.
  const longest = tokens.filter((each) => each.length > 0 && each[0] !== rest)
  const [first = []] = longest
  const isShared = (at: number): boolean =>
    isFixed(first[at] ?? rest) && longest.every((each) => each.length > at + 1 && each[at] === first[at])
  let depth = 0
  while (isShared(depth)) depth++
  const isApart = longest.every((each) => isFixed(each[depth] ?? rest)) && tokens.every((each) => each[0] !== rest)
  const members = Map.groupBy(examined.keys(), (at) => tokens[at]?.slice(0, depth + 1).join("/") ?? "")
  return [...members].map(([text, each]) => ({
    members: each,
    beginning: isApart && text !== "" && (tokens[each[0] ?? 0]?.length ?? 0) > depth ? text.length : undefined,
  }))
}

/** The most that one method of a branch needs, of all combinations of its rules. */
function bytesOfBranch(
  examined: readonly Examined[],
  { members, beginning }: Branch,
  bit: number,
  perPath: number,
  denyAll: boolean,
): number {
  const rules: CompiledRule[] = []
  const numbers = new Map<number, number>()
  for (const at of members) {
    const rule = routeOf(examined[at]?.template, httpMethods[bit] ?? "")?.rule
    if (rule === undefined) continue
    if (!rules.includes(rule)) rules.push(rule)
    numbers.set(at, rules.indexOf(rule))
  }
  // The root, which has no text, may be denied as `*`.
  const pathsBytes = (paths: readonly string[]): number =>
    paths.reduce((sum, { length }) => sum + perPath + Math.max(1, length), 0)
  /** @param met bits of the rules that are met, and of those that are not */
  const ofCaller = (met: number, unmet: number): number => {
    let sum = 0
    for (const [at, rule] of numbers) {
      const { paths = [], overlaps = [] } = examined[at] ?? {}
      if (denyAll && (unmet & (1 << rule)) !== 0) sum += pathsBytes(paths)
      if ((met & (1 << rule)) === 0) continue
      sum += pathsBytes(paths)
      for (const { at: other, bits, deny } of overlaps) {
        const isForbidden = (unmet & (1 << (numbers.get(other) ?? 31))) !== 0 || !numbers.has(other)
        if (!denyAll && isForbidden && (bits & (1 << bit)) !== 0) sum += pathsBytes(deny)
      }
    }
    return sum
  }
  const every = (1 << rules.length) - 1
  if (rules.length > maxRules) return ofCaller(-1, -1)
  let most = 0
  for (let met = 0; met <= every; met++) most = Math.max(most, ofCaller(met, every & ~met))
  const byBeginning = 2 * perPath + 2 * (beginning ?? 0) + "/*".length
  return rules.length === 1 && beginning !== undefined && !denyAll ? Math.min(most, byBeginning) : most
}

/** The methods of each rule of a template, one bit each, by the text of the rule. */
function rulesOf(template: Template): ReadonlyMap<string, number> {
  const methods = new Map<string, number>()
  for (const [bit, method] of httpMethods.entries()) {
    const route = routeOf(template, method)
    if (route === undefined) continue
    const text = JSON.stringify(route.configured)
    methods.set(text, (methods.get(text) ?? 0) | (1 << bit))
  }
  return methods
}
