import { excludeEachOther, implies } from "./implies.ts"
import type { Route } from "./table.ts"
import { httpMethods } from "./template.ts"
import { many, patternTexts, rest, spanning, type Tokens } from "./tokens.ts"
import { routeOf, type Template, type TemplateTree } from "./tree.ts"
import { freshText, patternOf, TooTangled, withoutCovered, witnesses } from "./witness.ts"

/** Two routes whose rules no one answer can keep apart. */
export interface Conflict {
  /** The route that would be allowed or denied wrongly, and the one that cannot be told from it: keys as configured. */
  readonly routes: readonly [string, string]
  /** A request on which an answer for both would be wrong: `GET/orders/1/items`. */
  readonly example: string
  readonly message: string
  readonly remedy: string
}

/** Requests of another template that an Allow of this one also covers, and how to deny them. */
export interface Overlap {
  readonly other: Template
  readonly methods: readonly string[]
  /** Paths to deny wherever this template is allowed and the other one is not. */
  readonly deny: readonly string[]
}

/** How far `*` reaches where it stands for the method of a template. */
export type WildMethod = "exact" | "listed" | "no"

/** Where a pattern leads besides its own template: the other template, the method, and a path that shows it. */
interface Hit {
  readonly template: Template
  readonly method: string
  readonly path: readonly string[]
}

/** Examines how the templates of a table lie over each other once IAM has made every parameter greedy. */
export class OverlapAnalysis {
  readonly #tree: TemplateTree
  readonly fresh: string
  readonly maxSegments: number
  readonly #hits = new Map<string, readonly Hit[]>()

  constructor(templates: readonly Template[], tree: TemplateTree) {
    this.#tree = tree
    this.fresh = freshText(templates)
    this.maxSegments = templates.reduce((most, { tokens }) => Math.max(most, tokens.length), 0) + 2
  }

  /** Every template with requests that the pattern covers, as the table routes them. @throws TooTangled */
  hits(pattern: Tokens): readonly Hit[] {
    const key = pattern.join("/")
    const known = this.#hits.get(key)
    if (known !== undefined) return known
    const found: Hit[] = []
    for (const template of this.#tree.candidates(pattern)) {
      const paths = witnesses(pattern, template.tokens, this.fresh, this.maxSegments)
      for (const path of paths) {
        for (const method of httpMethods)
          if (this.#tree.choose(path, method) === template) found.push({ template, method, path })
      }
    }
    this.#hits.set(key, found)
    return found
  }

  /** What an Allow of a template covers of other templates, with the Deny that costs least. @throws TooTangled */
  overlaps(template: Template, report: (conflict: Conflict) => void): readonly Overlap[] {
    if (template.tokens.length === 0) return []
    const strangers = new Map<Template, Hit[]>()
    for (const hit of this.hits(spanning(template.tokens))) {
      const own = routeOf(template, hit.method)
      const other = routeOf(hit.template, hit.method)
      if (hit.template === template || own === undefined || other === undefined) continue
      if (implies([own.configured], other.configured)) continue // whoever is allowed the one is allowed the other
      const hits = strangers.get(hit.template) ?? []
      hits.push(hit)
      strangers.set(hit.template, hits)
    }
    return [...strangers].map(([other, hits]) => this.#overlap(template, other, hits, report))
  }

  #overlap(template: Template, other: Template, hits: readonly Hit[], report: (conflict: Conflict) => void): Overlap {
    const methods = [...new Set(hits.map(({ method }) => method))]
    const narrow = withoutCovered(hits.map(({ path }) => patternOf(path, this.fresh)))
    const choices: readonly (readonly Tokens[])[] = [[spanning(other.tokens)], narrow]
    const costs = choices.map((patterns) => this.#conflicts(template, other, patterns, methods))
    const best = (costs[1]?.length ?? 0) < (costs[0]?.length ?? 0) ? 1 : 0
    for (const conflict of costs[best] ?? []) report(conflict)
    return { other, methods, deny: (choices[best] ?? []).flatMap(patternTexts) }
  }

  /** What denying the other template, where it is covered, would deny of routes that somebody may call. */
  #conflicts(
    template: Template | undefined,
    other: Template,
    patterns: readonly Tokens[],
    methods: readonly string[],
  ): readonly Conflict[] {
    const conflicts: Conflict[] = []
    const seen = new Set<Route>()
    for (const hit of patterns.flatMap((pattern) => this.hits(pattern))) {
      const [denied, harmed] = [routeOf(other, hit.method), routeOf(hit.template, hit.method)]
      if (hit.template === other || !methods.includes(hit.method) || denied === undefined || harmed === undefined)
        continue
      const allowed = [harmed, ...[routeOf(template, hit.method) ?? []].flat()]
      const rules = allowed.map(({ configured }) => configured)
      if (seen.has(harmed) || implies(rules, denied.configured) || excludeEachOther(rules)) continue
      seen.add(harmed)
      conflicts.push(conflict(harmed, denied, `${hit.method}/${hit.path.join("/")}`))
    }
    return conflicts
  }

  /** Templates that a Deny of a whole template would also deny, by method; and the conflicts where it has to be denied. */
  denial(template: Template, mustDeny: boolean, report: (conflict: Conflict) => void): readonly Hit[] {
    const pattern = spanning(template.tokens)
    if (mustDeny) for (const found of this.#conflicts(undefined, template, [pattern], httpMethods)) report(found)
    return this.hits(pattern).filter((hit) => hit.template !== template)
  }

  /**
   * Whether `*` may stand for the method of a template. As text it could also be a method and the first segments: `*` +
   * `/admin/x` covers `GET/y/admin/x`. `exact` if that can be denied, `listed` if no other route of the table is of that form.
   */
  wildMethod(template: Template): WildMethod {
    const pattern = spanning(template.tokens)
    const [first] = pattern
    if (first === undefined) return "no"
    if (first === many || first === rest) return "exact"
    const hits = this.hits([many, ...pattern])
    if (hits.length === 0) return "exact"
    return hits.every((hit) => hit.template === template) ? "listed" : "no"
  }
}

const remedy =
  "put the route into the authorizer's identity sources and into gateway.identitySources, set the TTL and gateway.resultTtlSeconds to 0, " +
  "or give both routes the same rule"

function conflict(harmed: Route, denied: Route, example: string): Conflict {
  return {
    routes: [harmed.key, denied.key],
    example,
    message:
      `cannot be told from "${denied.key}" in a cached answer: a policy that denies the one also denies ${example}, ` +
      "because * in a policy crosses /",
    remedy,
  }
}

/** The conflict of a table that is too tangled to be examined. */
export function tangled({ text }: Template, error: unknown): Conflict {
  if (!(error instanceof TooTangled)) throw error
  return {
    routes: [text, text],
    example: text,
    message: "overlaps with other routes in more ways than can be examined",
    remedy,
  }
}
