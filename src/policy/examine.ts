import { pathOf } from "../route/candidates.ts"
import type { GrownTree } from "../route/grown-tree.ts"
import { isCatchAll } from "../route/table.ts"
import { patternTexts, spanning } from "../route/template.ts"
import { httpMethods, isFixed, many, rest } from "../route/tokens.ts"
import type { Template } from "../route/tree.ts"
import type { Examination, Examiner, TableOptions } from "./compile.ts"
import { type Surroundings, surroundings } from "./exposure.ts"
import { type Conflict, OverlapAnalysis, tangled } from "./overlap.ts"
import type { Examined } from "./patterns.ts"

/** Most conflicts that are looked for: a table with more has the same causes many times. */
const maxConflicts = 100

const nowhere: Surroundings = { deny: [], exposed: [] }
const nothing = { paths: [], wildMethod: "no", overlaps: [], deniedWith: [], around: nowhere, slashRivals: [] } as const

/** Examines a table anew. Takes time with the table's overlaps, so it happens once, at start or before. */
export const examiner: Examiner = { ordersDiffer, examine }

function examine(templates: readonly Template[], tree: GrownTree, options: TableOptions): Examination {
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
        ...pointsOf(template, options),
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
      examined.push({ ...nothing, ...pointsOf(template, options), template }) // the table is refused anyway
    }
  }
  return { examined, conflicts: [...conflicts.values()] }
}

function ordersDiffer(templates: readonly Template[], rest: GrownTree, http: GrownTree): boolean {
  const analysis = new OverlapAnalysis(templates, http) // where the orders differ, a full match is taken by HTTP APIs
  return templates.some(
    ({ tokens }) =>
      tokens.at(-1) === many &&
      analysis.hitsAny(spanning(tokens), ({ path, methods }) => {
        const requested = pathOf(path)
        return methods.some((method) => http.choose(requested, method) !== rest.choose(requested, method))
      }),
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

/** What of a template is the same whatever the other templates are. */
function pointsOf(
  { tokens, routes }: Template,
  { rules }: TableOptions,
): Pick<Examined, "grants" | "isWild" | "isDefault"> {
  const grants = new Map<number, number>()
  for (const [bit, method] of httpMethods.entries()) {
    const route = routes.get(method) ?? routes.get("ANY")
    const rule = route && rules.get(route.rule)
    if (rule !== undefined) grants.set(rule, (grants.get(rule) ?? 0) | (1 << bit))
  }
  return { grants: [...grants], isWild: tokens.some((token) => !isFixed(token)), isDefault: tokens[0] === rest }
}
