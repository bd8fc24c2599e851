import type { Route } from "../route/decide.ts"
import { type AmbiguousForms, ambiguousForms } from "../route/path.ts"
import { isCatchAll } from "../route/table.ts"
import { httpMethods, isFixed, many, one, patternTexts, rest, spanning } from "../route/template.ts"
import type { Template, TemplateTree } from "../route/tree.ts"
import type { CoverageForm, DocumentBytes } from "../types/coverage.ts"
import { type Exposure, type Surroundings, surroundings } from "./exposure.ts"
import { type Conflict, OverlapAnalysis, tangled } from "./overlap.ts"
import { type Covered, type CoverOptions, cover, type Examined, most, permissionsOf } from "./patterns.ts"
import { resourceBytes } from "./rights.ts"
import { Shorter } from "./shorter.ts"
import { bytesByBranch, bytesOfFrame, rulesOf } from "./table-sizes.ts"

/** A route table, compiled for answers that serve every route of a stage. */
export interface CompiledTable {
  readonly tree: TemplateTree
  readonly ambiguous: AmbiguousForms
  /** Whether an empty segment could be taken for a part of a parameter. */
  readonly hasParameters: boolean
  readonly conflicts: readonly Conflict[]
  readonly exposed: readonly Exposure[]
  /** What answers with merged patterns can cover in addition. */
  exposedIfMerged(): readonly Exposure[]
  /** What a principal's answer covers, given what it may call. */
  cover(permits: (route: Route) => boolean): Covered
  /** What an answer needs at most, before anything is merged, and all that it can hold. */
  most(): { readonly needed: CoverageForm; readonly all: CoverageForm }
  /** What is known of the sizes of answers. */
  readonly sizes: TableSizes
}

/** How large the answers of a table can be. */
export interface TableSizes {
  readonly shorter: Shorter
  /** Most bytes of an answer, counted in a cheap way. */
  byBranch(bytes: DocumentBytes): number
  /** Most bytes of an answer without the patterns of its routes. */
  ofFrame(bytes: DocumentBytes): number
  /** Bytes of the Resources of some paths, for methods by their bits. */
  ofPaths(bits: number, paths: readonly string[], bytes: DocumentBytes): number
  /** The methods of each rule, by the places of the templates in the tree of patterns. */
  rulesByPlace(): readonly ReadonlyMap<string, number>[]
}

/** How the API around the table is set. */
export interface TableOptions {
  /** The API's resource policy allows: then what is not denied is allowed, and silence is no refusal. */
  readonly resourcePolicyAllows: boolean
  /** Whether every path has a route: the table has `$default`, or admits what it does not name. */
  readonly complete: boolean
  /** Whether the table's `$default` means what it does not name, and admits no caller. */
  readonly closed: boolean
}

/** Most conflicts that are looked for: a table with more has the same causes many times. */
const maxConflicts = 100

const nowhere: Surroundings = { deny: new Map(), exposed: [] }
const nothing = { paths: [], wildMethod: "no", overlaps: [], deniedWith: [], around: nowhere, slashRivals: [] } as const

/** Compiles the templates of a table. Takes time with the table's overlaps, so it happens once, at start. */
export function compileTable(templates: readonly Template[], tree: TemplateTree, options: TableOptions): CompiledTable {
  const analysis = new OverlapAnalysis(templates, tree)
  const conflicts = new Map<string, Conflict>()
  const report = (found: Conflict): void => {
    const key = found.routes.join("\n")
    if (!conflicts.has(key) && conflicts.size < maxConflicts) conflicts.set(key, found)
  }
  // If all routes have one rule, no caller may call some of them only, and nothing has to be kept apart.
  const rules = new Set(templates.flatMap(({ routes }) => [...routes.values()].map(({ rule }) => rule)))
  const isClosed = ({ shape }: Template): boolean => options.closed && shape === rest
  const catchAlls = [...templates.entries()].flatMap(([at, each]) =>
    isCatchAll(each.tokens) && !isClosed(each) ? [at] : [],
  )
  const examined: Examined[] = []
  for (const template of templates) {
    if (conflicts.size >= maxConflicts) break // the table is refused anyway
    try {
      examined.push({
        template,
        paths: analysis.allowPatterns(template).flatMap(patternTexts),
        wildMethod: analysis.wildMethod(template),
        overlaps: rules.size === 1 || isClosed(template) ? [] : analysis.overlaps(template, report),
        deniedWith: rules.size === 1 ? [] : analysis.denial(template, options.resourcePolicyAllows, report),
        around: options.complete ? nowhere : surroundings(template, tree, analysis),
        slashRivals: catchAlls.filter((at) => isRival(templates[at] as Template, template)),
      })
    } catch (error) {
      report(tangled(template, error))
      examined.push({ ...nothing, template }) // the table is refused anyway
    }
  }
  const ambiguous = ambiguousForms(templates, isShort(templates))
  const hasParameters = templates.some(({ tokens }) => tokens.includes(one))
  const shorter = new Shorter(templates.slice(0, examined.length), tree, examined, options)
  const coverOptions: CoverOptions = {
    ...{ ambiguous, hasParameters, resourcePolicyAllows: options.resourcePolicyAllows },
    shorter: (permissions, step) => shorter.patterns(permissions, step),
    steps: shorter.steps,
  }
  return {
    ...{ tree, ambiguous, hasParameters, conflicts: [...conflicts.values()] },
    exposed: examined.flatMap(({ around }) => around.exposed),
    exposedIfMerged: () => shorter.exposures(),
    most: () => most(examined, coverOptions),
    sizes: {
      shorter,
      byBranch: (bytes) => bytesByBranch(examined, coverOptions, bytes),
      ofFrame: (bytes) => bytesOfFrame(examined, coverOptions, bytes),
      ofPaths: (bits, paths, { resource }) => paths.reduce((sum, path) => sum + resourceBytes(bits, path, resource), 0),
      rulesByPlace: () => shorter.placed.map(rulesOf),
    },
    cover: (permits) => cover(examined, permissionsOf(examined, permits), coverOptions),
  }
}

/**
 * Whether answers of a table have room for every form of ambiguous paths: most of a pattern's bytes are the same for
 * all.
 */
function isShort(templates: readonly Template[]): boolean {
  const methods = templates.flatMap(({ routes }) => [...routes.keys()])
  return methods.reduce((sum, method) => sum + (method === "ANY" ? httpMethods.length : 1), 0) <= 4
}

/** Whether REST and HTTP APIs would take some request of a table to different templates. */
export function ordersDiffer(templates: readonly Template[], rest: TemplateTree, http: TemplateTree): boolean {
  const analysis = new OverlapAnalysis(templates, http) // where the orders differ, a full match is taken by HTTP APIs
  return templates.some(
    ({ tokens }) =>
      tokens.at(-1) === many &&
      analysis.hitsAny(spanning(tokens), ({ path, methods }) =>
        methods.some((method) => http.choose(path, method) !== rest.choose(path, method)),
      ),
  )
}

/** Whether a catch-all is above a template that is none itself, or right below it. */
function isRival(catchAll: Template, { tokens }: Template): boolean {
  const above = catchAll.tokens.length - 1
  if (tokens.length === 0 || isCatchAll(tokens) || above > tokens.length) return false
  for (let at = 0; at < above; at++) {
    const [a = "", b = ""] = [catchAll.tokens[at], tokens[at]]
    if (a !== b && isFixed(a) && isFixed(b)) return false
  }
  return true
}
