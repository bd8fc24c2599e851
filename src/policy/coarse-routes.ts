import type { Route } from "../route/decide.ts"
import { denialsOf, type RouteAnswer } from "../route/route-answers.ts"
import type { Place, RouteTable } from "../route/table.ts"
import { httpMethods, isFixed, type RouteOrder } from "../route/tokens.ts"
import { routeOf, type Template } from "../route/tree.ts"
import { implies } from "./rule-implication.ts"

/** A route whose requests a backend may take for those of stricter routes, which some of its callers may not call. */
export interface CoarseRoute {
  /** As configured. */
  readonly route: string
  readonly isCatchAll: boolean
  /** The first of the stricter routes: on a catch-all any route may be one, else those that are finer. */
  readonly firstStricter: string
  /** The stricter routes that take some of its paths, in the order of the table. */
  finer(): readonly string[]
  /** The answer to a caller who may call this route, and none of the stricter ones. */
  largest(): RouteAnswer
}

type IsStricter = (route: Route) => boolean

/**
 * Finds the routes of a table that have stricter ones within their paths. A long table has many catch-alls beside many
 * templates, so templates are compared by their rules, and only until the answer is known.
 *
 * @param order the one kind of API that is meant, if only one is
 */
export function* coarseRoutes(table: RouteTable, order?: RouteOrder): Generator<CoarseRoute> {
  const groups = new Groups(table.templates)
  const stricterThan = ruleComparison()
  for (const own of table.templates) {
    if (own.tokens.every(isFixed)) continue
    for (const each of own.routes.values()) {
      const methods =
        each.method === "ANY" ? httpMethods.filter((method) => routeOf(own, method) === each) : [each.method]
      const isStricter = stricterThan(each)
      for (const kind of order === undefined ? (["rest", "http"] as const) : [order]) {
        const place = table.place(own.text, kind)
        const firstStricter = firstOf(place.isCatchAll ? groups.samples : place.others, methods, isStricter)
        if (firstStricter === undefined) continue
        yield {
          ...{ route: each.key, isCatchAll: place.isCatchAll, firstStricter: firstStricter.key },
          finer() {
            const templates = groups.inOrder(place.finer)
            const routes = templates.flatMap((one) => methods.map((method) => firstOf([one], [method], isStricter)))
            return [...new Set(routes.flatMap((route) => route?.key ?? []))]
          },
          largest: () => largestOf(place, methods.length > 1 ? "*" : (methods[0] as string), groups, isStricter),
        }
        break // the orders of both kinds say the same of most routes
      }
    }
  }
}

/** Templates whose routes have the same rules. */
class Group {
  readonly templates: Template[] = []
  readonly sample: Template
  #few: readonly Template[] | undefined

  constructor(sample: Template) {
    this.sample = sample
  }

  /** Some of them, with all characters of their fixed texts. @param own a template that is left out */
  fewWithout(own: Template | undefined): readonly Template[] {
    if (own !== undefined && this.templates.includes(own))
      return fewOf(this.templates.filter((template) => template !== own))
    this.#few ??= fewOf(this.templates)
    return this.#few
  }
}

/** The templates of a table, by the rules of their routes. */
class Groups {
  readonly all: readonly Group[]
  /** The first template of each group. */
  readonly samples: readonly Template[]
  /** How many characters the fixed texts of the table have. */
  readonly characters: number
  readonly #numbers: ReadonlyMap<Template, number>

  constructor(templates: readonly Template[]) {
    const [rules, groups, characters] = [new Map<Route["rule"], number>(), new Map<string, Group>(), new Set<string>()]
    const numberOf = (route: Route | undefined): number | "" => {
      if (route === undefined) return ""
      const number = rules.get(route.rule) ?? rules.size
      rules.set(route.rule, number)
      return number
    }
    for (const template of templates) {
      const key = httpMethods.map((method) => numberOf(routeOf(template, method))).join()
      const group = groups.get(key) ?? new Group(template)
      group.templates.push(template)
      groups.set(key, group)
      addCharacters(template, characters)
    }
    this.all = [...groups.values()]
    this.samples = this.all.map(({ sample }) => sample)
    this.characters = characters.size
    this.#numbers = new Map(templates.map((template, at) => [template, at]))
  }

  inOrder(templates: Iterable<Template>): readonly Template[] {
    const number = (template: Template): number => this.#numbers.get(template) ?? 0
    return [...templates].sort((a, b) => number(a) - number(b))
  }
}

/** The first templates that have all characters of the fixed texts of many. @param most how many there are, if known */
function fewOf(templates: Iterable<Template>, most = Number.POSITIVE_INFINITY): readonly Template[] {
  const [few, characters] = [[] as Template[], new Set<string>()]
  for (const template of templates) {
    const before = characters.size
    addCharacters(template, characters)
    if (few.length === 0 || characters.size > before) few.push(template)
    if (characters.size === most) break
  }
  return few
}

function addCharacters({ tokens }: Template, to: Set<string>): void {
  for (const token of tokens) if (isFixed(token)) for (const character of token) to.add(character)
}

/** Tells of each pair of rules once whether some caller who meets the one, and is entitled to anything, fails the other. */
function ruleComparison(): (given: Route) => IsStricter {
  const known = new Map<Route["rule"], Map<Route["rule"], boolean>>() // one object for all routes with the same rule
  return (given) => {
    const ofGiven = known.get(given.rule) ?? new Map<Route["rule"], boolean>()
    known.set(given.rule, ofGiven)
    return ({ rule, configured }) => {
      const found = ofGiven.get(rule) ?? !implies([given.configured, { scopes: ["any"] }], configured)
      ofGiven.set(rule, found)
      return found
    }
  }
}

function firstOf(
  templates: readonly Template[],
  methods: readonly string[],
  isStricter: IsStricter,
): Route | undefined {
  for (const template of templates) {
    for (const method of methods) {
      const route = routeOf(template, method)
      if (route !== undefined && isStricter(route)) return route
    }
  }
  return undefined
}

function largestOf(place: Place, method: string, groups: Groups, isStricter: IsStricter): RouteAnswer {
  const methods = method === "*" ? httpMethods : [method]
  const isDenied = (template: Template, by: readonly string[] = methods): boolean =>
    firstOf([template], by, isStricter) !== undefined
  function* ofGroups(own: Template | undefined): Generator<Template> {
    for (const group of groups.all) if (isDenied(group.sample)) yield* group.fewWithout(own)
  }
  // An answer denies the ambiguous forms of the characters that the denied templates have: few templates have them all.
  const templates = place.isCatchAll
    ? fewOf(ofGroups(place.own), groups.characters)
    : place.others.filter((one) => isDenied(one))
  const patterns = [...place.finer].flatMap((finer) =>
    methods.filter((one) => isDenied(finer, [one])).flatMap((one) => denialsOf(finer, one)),
  )
  return place.answers(method).beside(templates, patterns)
}
