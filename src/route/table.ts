import { covers } from "../shared/glob.ts"
import type { RouteRule } from "../types/configuration.ts"
import { visitCandidates } from "./candidates.ts"
import type { Route } from "./decide.ts"
import type { CompiledRule } from "./demands.ts"
import { type GrownTree, growTree } from "./grown-tree.ts"
import { ambiguousForms } from "./path.ts"
import type { RequestedPath } from "./requested-path.ts"
import { RouteAnswers } from "./route-answers.ts"
import { compileRule } from "./rule.ts"
import { overlap, precedes, readRouteKey, spanning } from "./template.ts"
import { templatesOf } from "./templates.ts"
import { httpMethods, isFixed, many, type RouteOrder, rest, type Tokens, tokensOf } from "./tokens.ts"
import type { Template } from "./tree.ts"

/** The routes of a checked table. Keys that cannot be read are left out; the configuration check has reported them. */
export function readRoutes(routes: { readonly [routeKey: string]: RouteRule }): readonly Route[] {
  const read: Route[] = []
  const rules = new Map<string, CompiledRule>() // many routes of a long table share a rule
  for (const [key, configured] of Object.entries(routes)) {
    const parts = readRouteKey(key)
    if (parts === undefined) continue
    const text = JSON.stringify(configured)
    const rule = rules.get(text) ?? compileRule(configured)
    rules.set(text, rule)
    read.push({ key, ...parts, rule, configured })
  }
  return read
}

/** A gateway has few routes; the bound holds even if one had no end of them. */
const maxPlaces = 10_000

/** The route table, ready for look-ups: what it has for each route of the gateway. */
export class RouteTable {
  readonly templates: readonly Template[]
  /** Whether a path could be read in two ways. */
  readonly isAmbiguous: (path: string) => boolean
  readonly trees: { readonly [order in RouteOrder]: GrownTree }
  /** Without `$default`, which REST APIs do not have. */
  readonly restTree: GrownTree
  readonly #byShape: ReadonlyMap<string, Template>
  readonly #places = { rest: new Map<string, Place>(), http: new Map<string, Place>() }
  readonly #kept: boolean

  /** @param kept whether the gateway keeps the answers, per route */
  constructor(routes: { readonly [routeKey: string]: RouteRule }, kept: boolean) {
    const templates = templatesOf(readRoutes(routes))
    this.templates = templates.filter(({ text }) => text !== "$connect")
    this.#byShape = new Map(templates.map((template) => [template.shape, template]))
    this.isAmbiguous = ambiguousForms(this.templates, true).test
    this.trees = { rest: growTree(this.templates, "rest"), http: growTree(this.templates, "http") }
    this.restTree = growTree(
      this.templates.filter(({ shape }) => shape !== rest),
      "rest",
    )
    this.#kept = kept
  }

  /** @param template as the gateway writes it */
  place(template: string, order: RouteOrder): Place {
    const places = this.#places[order]
    const known = places.get(template)
    if (known !== undefined) return known
    const tokens = tokensOf(template)
    const own = this.#byShape.get(tokens.join("/"))
    const finer = this.#finerThan(tokens, own, order)
    const place = new Place(own?.text ?? template, own, tokens, this.templates, finer, this.#kept)
    if (places.size < maxPlaces) places.set(template, place)
    return place
  }

  /** The templates that take some paths of a route, and that the gateway would choose first if it had them. */
  #finerThan(tokens: Tokens, own: Template | undefined, order: RouteOrder): ReadonlySet<Template> {
    const finer = new Set<Template>()
    if (tokens.every(isFixed)) return finer
    // Of a long table, not every template is looked at for each route.
    visitCandidates(this.trees[order], spanning(tokens), (template) => {
      if (template !== own && overlap(template.tokens, tokens) && precedes(template.tokens, tokens, order))
        finer.add(template)
      return false
    })
    return finer
  }
}

/** A route of the gateway, and what the table has for it. */
export class Place {
  /** As the table writes it, or the gateway if the table has no such route. */
  readonly text: string
  readonly own: Template | undefined
  readonly isCatchAll: boolean
  /**
   * What its requests may be meant for instead. On a catch-all that is every template of the table but its own, which
   * is in the list, too: all catch-alls share it. On a route with parameters only what is finer, because there the
   * gateway has looked at each segment.
   */
  readonly others: readonly Template[]
  /** Those of them that take some of its paths, and that the gateway would choose first. */
  readonly finer: ReadonlySet<Template>
  readonly hasOthers: boolean
  /** Whether the table says more about some paths than a catch-all does. */
  readonly besideRoutes: boolean
  readonly #answers = new Map<string, RouteAnswers>()
  readonly #kept: boolean
  readonly #tokens: Tokens
  /** The text before the first parameter. */
  readonly #start: string
  /** Undefined: no parameter. Empty: what follows is of no account. */
  readonly #pattern: string | undefined

  constructor(
    text: string,
    own: Template | undefined,
    tokens: Tokens,
    templates: readonly Template[],
    finer: ReadonlySet<Template>,
    kept: boolean,
  ) {
    this.text = text
    this.own = own
    this.isCatchAll = isCatchAll(tokens)
    this.others = this.isCatchAll ? templates : [...finer]
    this.finer = finer
    this.hasOthers = this.others.some((template) => template !== own)
    this.besideRoutes =
      this.isCatchAll &&
      templates.some(
        (template) =>
          template !== own &&
          (!isCatchAll(template.tokens) || (template.shape !== rest && template.tokens.length >= tokens.length)),
      )
    this.#kept = kept
    this.#tokens = tokens
    const [start = "", ...rests] = text.startsWith("/") ? text.split(/\{[^{}/]*\}/) : ["", ""]
    this.#start = start
    this.#pattern = rests.length === 0 ? undefined : rests.join("") === "" ? "" : [start, ...rests].join("*")
  }

  /** Whether the gateway's route takes a path. */
  takes({ text, end }: RequestedPath): boolean {
    const segments = end === 0 ? [] : text.slice(1, end).split("/")
    return !segments.includes("") && overlap(segments, this.#tokens)
  }

  /**
   * Whether the route's own pattern covers a path as the ARN has it. The gateway may have decoded it for its choice,
   * and then an answer that allows the route does not allow the request.
   */
  covers(path: string): boolean {
    if (path.slice(0, this.#start.length) !== this.#start) return false // `startsWith` takes 0.05 µs more
    const more = path.length - this.#start.length
    if (this.#pattern === undefined) return more === 0 || (more === 1 && path.length > 2 && path.endsWith("/"))
    return this.#pattern === "" || covers(this.#pattern, path) || covers(`${this.#pattern}/`, path)
  }

  /** @param method one method, or `*` for all of them */
  answers(method: string): RouteAnswers {
    const known = this.#answers.get(method)
    if (known !== undefined) return known
    const methods = method === "*" ? httpMethods : [method]
    const made = new RouteAnswers(this.text, methods, this, this.#kept)
    this.#answers.set(method, made)
    return made
  }
}

/** Whether a template takes paths of any length. */
export function isCatchAll(tokens: Tokens): boolean {
  const last = tokens.at(-1)
  return last === rest || last === many
}
