import { covers } from "../shared/glob.ts"
import type { CoverageForm } from "../types/coverage.ts"
import type { Principal } from "../types/principal.ts"
import type { CompiledRule } from "./demands.ts"
import { ambiguousForms } from "./path.ts"
import { patternTexts, spanning } from "./template.ts"
import { routeOf, type Template } from "./tree.ts"

/** The templates that requests of a route may lead to, once their paths are read in another way. */
interface OtherTemplates {
  /** The route's own template, which is none of them. */
  readonly own: Template | undefined
  readonly others: readonly Template[]
  /** Those of them that a path as it is fits, too, and that the gateway would choose first if it had the route. */
  readonly finer: ReadonlySet<Template>
}

/** The answer of one route to one kind of principal. */
export interface RouteAnswer {
  /** Undefined: more has to be denied than any answer can hold. */
  readonly covers: CoverageForm | undefined
  /** Whether the answer denies a request of its route: method and path as in an ARN, `GET/orders/7`. */
  denies(method: string, path: string): boolean
  /** Whether the answer denies anything. */
  readonly denying: boolean
}

/** A Resource takes 35 bytes at least, so more than these do not fit into the largest answer that can be configured. */
const maxPatterns = 2000
/** Most patterns that are remembered of one route, for all kinds of principals. */
const maxRemembered = 20_000

/** The rule of other templates, with all of them that have it. */
interface RuleOfOthers {
  readonly rule: CompiledRule
  readonly templates: Template[]
  readonly deny: string[]
}

/**
 * The answers of one route of the gateway, for one of its methods or all of them. API Gateway may keep an answer for
 * every path of the route. So beside the route itself it denies every finer template that the principal may not call,
 * and the ambiguous forms of paths that could lead to one.
 */
export class RouteAnswers {
  /** The route alone. */
  readonly plain: CoverageForm
  readonly #others: OtherTemplates
  readonly #methods: readonly string[]
  /** Put together with the first principal that is asked about. */
  #rules: readonly RuleOfOthers[] | undefined
  /** What each principal is refused, as digits; the answers themselves are bounded, and principals may be many. */
  readonly #kinds = new WeakMap<Principal, string>()
  readonly #byKind = new Map<string, RouteAnswer>()
  #patterns = 0
  readonly #whenTooLarge: Partial<CoverageForm>

  /** @param kept whether the gateway keeps the answers: else one that would be too large leaves its denials out */
  constructor(template: string | undefined, methods: readonly string[], others: OtherTemplates, kept: boolean) {
    this.plain = plainCoverage(template, methods)
    this.#others = others
    this.#methods = methods
    this.#whenTooLarge = kept ? { isShort: true } : { shorter: () => this.plain }
  }

  of(principal: Principal): RouteAnswer {
    let kind = this.#kinds.get(principal)
    if (kind === undefined) {
      kind = this.#ofOthers.map(({ rule }) => (rule.refuse(principal) === undefined ? "0" : "1")).join("")
      this.#kinds.set(principal, kind)
    }
    return this.#byKind.get(kind) ?? this.#remember(kind)
  }

  get #ofOthers(): readonly RuleOfOthers[] {
    this.#rules ??= rulesOf(this.#others, this.#methods)
    return this.#rules
  }

  #remember(kind: string): RouteAnswer {
    const denied = this.#ofOthers.filter((_rule, at) => kind[at] === "1")
    const answer = this.beside(
      denied.flatMap(({ templates }) => templates),
      denied.flatMap(({ deny }) => deny),
    )
    if (this.#patterns > maxRemembered) {
      this.#byKind.clear()
      this.#patterns = 0
    }
    this.#patterns += 50 + (answer.covers?.deny.length ?? maxPatterns)
    this.#byKind.set(kind, answer)
    return answer
  }

  /**
   * The answer that denies some templates.
   *
   * @param templates whose fixed texts make paths ambiguous
   * @param patterns of the finer ones among them, see `denialsOf`
   */
  beside(templates: readonly Template[], patterns: readonly string[]): RouteAnswer {
    const deny = withoutCovered(patterns)
    const forms = templates.length === 0 ? undefined : ambiguousForms(templates, false)
    return {
      denying: forms !== undefined,
      covers:
        deny.length > maxPatterns
          ? undefined
          : forms === undefined
            ? this.plain
            : Object.freeze({
                allow: this.plain.allow,
                deny,
                denyForms: forms.patterns,
                denyIfRoom: [],
                ...this.#whenTooLarge,
              }),
      denies: (method, path) => forms?.test(path) === true || deny.some((pattern) => covers(pattern, method + path)),
    }
  }
}

/** The denials of other templates, by their rules; many routes of a table have the same. */
function rulesOf({ own, others, finer }: OtherTemplates, methods: readonly string[]): readonly RuleOfOthers[] {
  const byRule = new Map<CompiledRule, RuleOfOthers>()
  for (const template of others) {
    if (template === own) continue
    for (const method of methods) {
      const rule = routeOf(template, method)?.rule
      if (rule === undefined) continue
      const known = byRule.get(rule) ?? { rule, templates: [], deny: [] }
      if (known.templates.at(-1) !== template) known.templates.push(template)
      if (finer.has(template)) known.deny.push(...denialsOf(template, method))
      byRule.set(rule, known)
    }
  }
  return [...byRule.values()]
}

/** What an answer denies of a template for a method. */
export function denialsOf({ tokens }: Template, method: string): readonly string[] {
  return patternTexts(spanning(tokens)).map((path) => `${method}/${path}`)
}

/** With and without the slash at the end: kinds of API differ in which one they write, and IAM compares text. */
function plainCoverage(template: string | undefined, methods: readonly string[]): CoverageForm {
  const allow = methods.flatMap((method) => {
    const pattern = routePattern(method, template)
    const ends = pattern.endsWith("*") || pattern.endsWith("/") || pattern.startsWith("$")
    return ends ? [pattern] : [pattern, `${pattern}/`]
  })
  return Object.freeze({ allow, deny: [], denyIfRoom: [] })
}

/** `{id}` becomes `*`: the answer is used for this route only, so it does no harm that IAM's `*` crosses slashes. */
function routePattern(method: string, template: string | undefined): string {
  if (method === "$connect") return method
  if (template === undefined || !template.startsWith("/")) return `${method}/*`
  return method + template.replace(/\{[^{}/]*\}/g, "*")
}

/** Patterns that another one covers are left out. */
function withoutCovered(patterns: readonly string[]): readonly string[] {
  const all = [...new Set(patterns)]
  if (all.length > maxPatterns / 4) return all
  return all.filter((pattern) => !all.some((other) => other !== pattern && covers(other, pattern)))
}
