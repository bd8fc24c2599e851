import { choosesTemplate, visitCandidates } from "../route/candidates.ts"
import type { Route } from "../route/decide.ts"
import type { GrownTree } from "../route/grown-tree.ts"
import { patternTexts, spanning } from "../route/template.ts"
import { httpMethods, many, rest, type Tokens } from "../route/tokens.ts"
import { routeOf, type Template } from "../route/tree.ts"
import { freshText, patternOf, TooTangled, withoutCovered, witnesses } from "./common-paths.ts"
import { excludeEachOther, implies } from "./rule-implication.ts"

/** Two routes whose rules no one answer can keep apart. */
export interface Conflict {
  /** The route that would be allowed or denied wrongly, and the one that looks the same: keys as configured. */
  readonly routes: readonly [string, string]
  /** A request on which an answer for both would be wrong: `GET/orders/1/items`. */
  readonly example: string
  readonly message: string
  readonly remedy: string
}

/** Requests of another template that an Allow of this one also covers, and how to deny them. */
export interface Overlap {
  /** The number of the other template. */
  readonly at: number
  readonly methods: readonly string[]
  readonly bits: number
  /** What to deny wherever this template is allowed and the other one is not: paths, and the patterns that they are. */
  readonly deny: readonly string[]
  readonly patterns: readonly Tokens[]
}

/** How far `*` reaches in place of the method of a template. */
export type WildMethod = "exact" | "listed" | "no"

/** What a pattern matches: a template, a path that shows it, and the methods whose requests the table sends there. */
export interface Hit {
  readonly template: Template
  /** The number of the template. */
  readonly at: number
  readonly path: readonly string[]
  readonly methods: readonly string[]
  /** The same methods, one bit each in the order of `httpMethods`. */
  readonly bits: number
}

/** A table of 10,000 ordinary routes needs some 50,000 paths. One that needs far more is refused within seconds. */
const maxPaths = 1_000_000

/** Examines how the templates of a table lie over each other once IAM has made every parameter greedy. */
export class OverlapAnalysis {
  readonly #tree: GrownTree
  readonly fresh: string
  readonly maxSegments: number
  readonly #hits = new Map<string, readonly Hit[]>()
  readonly #numbers: ReadonlyMap<Template, number>
  #paths = 0

  constructor(templates: readonly Template[], tree: GrownTree) {
    this.#tree = tree
    this.#numbers = new Map(templates.map((template, at) => [template, at]))
    this.fresh = freshText(templates)
    this.maxSegments = templates.reduce((most, { tokens }) => Math.max(most, tokens.length), 0) + 2
  }

  /** Every template with requests that the pattern covers, as the table routes them. @throws TooTangled */
  hits(pattern: Tokens): readonly Hit[] {
    const key = pattern.join("/")
    const known = this.#hits.get(key)
    if (known !== undefined) return known
    const found: Hit[] = []
    this.hitsAny(pattern, (hit) => {
      found.push(hit)
      return false
    })
    this.#hits.set(key, found)
    return found
  }

  /** Whether a pattern covers a request that fulfils something; looks no further than the first. @throws TooTangled */
  hitsAny(pattern: Tokens, fulfils: (hit: Hit) => boolean): boolean {
    const seen = new Set<Template>()
    let found = false
    visitCandidates(this.#tree, pattern, (template) => {
      if (seen.has(template)) return false
      seen.add(template)
      for (const path of witnesses(pattern, template.tokens, this.fresh, this.maxSegments)) {
        if (++this.#paths > maxPaths) throw new TooTangled()
        const methods = httpMethods.filter(choosesTemplate(this.#tree, template, path))
        const at = this.#numbers.get(template) ?? -1
        if (methods.length > 0 && fulfils({ template, at, path, methods, bits: bitsOf(methods) })) found = true
        if (found) return true
      }
      return false
    })
    return found
  }

  /**
   * The patterns of an Allow: one, unless another template takes the plain form of this one's paths. HTTP APIs take
   * `/a/1` to `/{x}/{y}` although there is `/a/{rest+}`, to which only longer paths are left.
   */
  allowPatterns(template: Template): readonly Tokens[] {
    const pattern = spanning(template.tokens)
    const plain = pattern.map((token) => (token === many ? this.fresh : token))
    if (pattern.includes(rest) || httpMethods.some(choosesTemplate(this.#tree, template, plain))) return [pattern]
    const own = this.hits(pattern).filter((hit) => hit.template === template)
    return withoutCovered(own.map(({ path }) => patternOf(path, this.fresh)))
  }

  /** What an Allow of a template covers of other templates, with the Deny that costs least. @throws TooTangled */
  overlaps(template: Template, report: (conflict: Conflict) => void): readonly Overlap[] {
    if (template.tokens.length === 0) return []
    const strangers = new Map<Template, Hit[]>()
    for (const hit of this.allowPatterns(template).flatMap((pattern) => this.hits(pattern))) {
      if (hit.template === template) continue
      const methods = hit.methods.filter((method) => {
        const [own, other] = [routeOf(template, method), routeOf(hit.template, method)]
        // Every caller of the one may call the other: then nothing has to be kept apart.
        return own !== undefined && other !== undefined && !implies([own.configured], other.configured)
      })
      if (methods.length === 0) continue
      const hits = strangers.get(hit.template) ?? []
      hits.push({ ...hit, methods, bits: bitsOf(methods) })
      strangers.set(hit.template, hits)
    }
    return [...strangers].map(([other, hits]) => this.#overlap(template, other, hits, report))
  }

  #overlap(template: Template, other: Template, hits: readonly Hit[], report: (conflict: Conflict) => void): Overlap {
    const methods = [...new Set(hits.flatMap((hit) => hit.methods))]
    const narrow = withoutCovered(hits.map(({ path }) => patternOf(path, this.fresh)))
    const choices: readonly (readonly Tokens[])[] = [[spanning(other.tokens)], narrow]
    const costs = choices.map((patterns) => this.#conflicts(template, other, patterns, methods))
    const best = (costs[1]?.length ?? 0) < (costs[0]?.length ?? 0) ? 1 : 0
    for (const conflict of costs[best] ?? []) report(conflict)
    const at = this.#numbers.get(other) ?? -1
    const patterns = choices[best] ?? []
    return { at, methods, bits: bitsOf(methods), deny: patterns.flatMap(patternTexts), patterns }
  }

  /** The routes with permitted callers that a Deny of the other template, where it is covered, would deny. */
  #conflicts(
    template: Template | undefined,
    other: Template,
    patterns: readonly Tokens[],
    methods: readonly string[],
  ): readonly Conflict[] {
    const conflicts: Conflict[] = []
    const seen = new Set<Route>()
    for (const hit of patterns.flatMap((pattern) => this.hits(pattern))) {
      if (hit.template === other) continue
      for (const method of hit.methods) {
        const [denied, harmed] = [routeOf(other, method), routeOf(hit.template, method)]
        if (!methods.includes(method) || denied === undefined || harmed === undefined || seen.has(harmed)) continue
        const allowed = [harmed, ...[routeOf(template, method) ?? []].flat()]
        const rules = allowed.map(({ configured }) => configured)
        if (implies(rules, denied.configured) || excludeEachOther(rules)) continue
        seen.add(harmed)
        conflicts.push(conflict(harmed, denied, `${method}/${hit.path.join("/")}`))
      }
    }
    return conflicts
  }

  /**
   * Templates that a Deny of a whole template would also deny, by method; and the conflicts where it has to be denied.
   */
  denial(template: Template, mustDeny: boolean, report: (conflict: Conflict) => void): readonly Hit[] {
    const pattern = spanning(template.tokens)
    if (mustDeny) for (const found of this.#conflicts(undefined, template, [pattern], httpMethods)) report(found)
    return this.hits(pattern).filter((hit) => hit.template !== template)
  }

  /**
   * Whether `*` may replace the method of a template. As text it could also be a method and the first segments: `*` +
   * `/admin/x` covers `GET/y/admin/x`. `exact` if that can be denied, `listed` if no other route of the table is of
   * that form.
   */
  wildMethod(template: Template): WildMethod {
    const pattern = spanning(template.tokens)
    const [first] = pattern
    if (first === undefined) return "no"
    if (first === many || first === rest) return "exact"
    if (httpMethods.some((method) => routeOf(template, method) === undefined)) return "no"
    const wider = [many, ...pattern]
    if (this.hitsAny(wider, (hit) => hit.template !== template)) return "no"
    return this.hitsAny(wider, () => true) ? "listed" : "exact"
  }
}

function bitsOf(methods: readonly string[]): number {
  return methods.reduce((bits, method) => bits | (1 << httpMethods.indexOf(method)), 0)
}

const sharedRemedy =
  "put the route into the authorizer's identity sources and into gateway.identitySources, or set the TTL and " +
  "gateway.resultTtlSeconds to 0"
const remedy = `${sharedRemedy}, or give both routes the same rule`

function conflict(harmed: Route, denied: Route, example: string): Conflict {
  return {
    routes: [harmed.key, denied.key],
    example,
    message:
      `cannot be distinguished from "${denied.key}" in a cached answer: a policy that denies the one also denies ${example}, ` +
      "because * in a policy crosses /",
    remedy,
  }
}

/** The conflict of a table that is too tangled to be examined. */
export function tangled({ text, routes }: Template, error: unknown): Conflict {
  if (!(error instanceof TooTangled)) throw error
  const key = [...routes.values()][0]?.key ?? text
  return {
    routes: [key, key],
    example: text,
    message: "overlaps with other routes in more ways than can be examined",
    remedy: sharedRemedy,
  }
}
