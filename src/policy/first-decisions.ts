import type { DecidedRoute } from "../route/decide.ts"
import { type CompiledRule, type Demand, meets } from "../route/demands.ts"
import { afterPost } from "../shared/after-answer.ts"
import type { Coverage, CoverageForm } from "../types/coverage.ts"
import type { Principal } from "../types/principal.ts"
import type { AccessRequest } from "../types/request.ts"
import { CodeNeeded } from "./code-needed.ts"
import { connectOnly } from "./connect-only.ts"
import type { DecidingPolicy, PrincipalPolicyOptions } from "./stage-decisions.ts"
import type { NodeForm } from "./table-form.ts"

/** A template with the places of its routes, by method. */
export interface FirstTemplate {
  readonly text: string
  readonly routes: readonly (readonly [method: string, route: number])[]
}

/** Patterns in the order of answers. */
export interface FirstPatterns {
  readonly texts: readonly string[]
  /** For each text the rule that is met where it is written; undefined: it depends on none. */
  readonly met?: readonly number[]
  /** For each text the rules of which none is met where it is written. */
  readonly unmet?: readonly (readonly number[])[]
}

type Root = NodeForm<FirstTemplate>

/** A route with the text of its template. */
interface Found {
  readonly text: string
  readonly place: number
}

/** What a start needs of a table until the whole of it is loaded. Plain data, as in JSON. */
export interface FirstForm {
  /** By their numbers. */
  readonly rules: readonly (readonly Demand[])[]
  /** The rule of each route, in the order of the configuration. */
  readonly routes: readonly number[]
  /** The place of `$connect`. */
  readonly connect?: number
  readonly root: Root
  readonly allow: FirstPatterns
  readonly deny: FirstPatterns
  /** What is denied if there is room, see `CoverageForm`. `silent` undefined: what is not allowed. */
  readonly around: FirstPatterns
  readonly silent?: FirstPatterns
  /** Rules of templates whose paths hold any text. */
  readonly wild: readonly number[]
  /** The forms of ambiguous paths, and those that matter to a caller who may call everything. */
  readonly forms: readonly string[]
  readonly formsOfAll: readonly string[]
}

/** What no path has that can be read in one way only, see `AmbiguousForms`. */
const unusual = ["//", "/.", ";", "\\", "#", "%"]

/**
 * Decides the first requests of a start as the whole table does, with little code. It only allows. If a request is not
 * plainly for a route that the caller may call, the whole table is loaded and decides. The whole table is also loaded
 * after the first answer, and decides from then on.
 *
 * @param form of the same table and version
 */
export function firstDecisions(
  { routes }: Pick<PrincipalPolicyOptions, "routes">,
  form: FirstForm,
  loadTable: () => Promise<DecidingPolicy>,
): DecidingPolicy {
  let whole: DecidingPolicy | undefined
  let isWanted = false
  let last: Caller | undefined
  const load = async (): Promise<void> => {
    whole = await loadTable()
    last = undefined
  }
  const callerOf = (principal: Principal): Caller => {
    if (last?.principal !== principal) last = readCaller(form, principal, load)
    return last
  }
  return {
    conflicts: [],
    permitted(principal) {
      if (whole !== undefined) return whole.permitted(principal)
      const { met } = callerOf(principal)
      const places: number[] = []
      for (let at = 0; at < form.routes.length; at++) if (met[form.routes[at] as number] === 1) places.push(at)
      return places
    },
    decide(request, principal) {
      if (whole !== undefined) return whole.decide(request, principal)
      const { met, covers } = callerOf(principal)
      const isConnect = request.kind === "websocket"
      const place = isConnect ? form.connect : placeOf(form.root, request)
      if (place === undefined || met[form.routes[place] as number] !== 1) throw new CodeNeeded(load)
      if (!isWanted) {
        isWanted = true
        // If that fails, these decisions go on. Else the table decides once, so that its code is compiled.
        const rehearse = async (): Promise<void> => {
          await load()
          whole?.decide(request, principal)
        }
        afterPost(() => void rehearse().catch(() => undefined))
      }
      const key = Object.keys(routes)[place] as string
      const route = { key, rule: ruleThatIsMet, configured: routes[key] as DecidedRoute["configured"] }
      return { route, refused: undefined, covers: isConnect ? connectOnly : covers }
    },
  }
}

/** Of a route that was decided about. */
const ruleThatIsMet: CompiledRule = {
  missing: () => ({}),
  refuse() {
    throw new TypeError("decided already")
  },
}

/** What a principal may call. */
interface Caller {
  readonly principal: Principal
  /** 1 for each rule that is met, by its number. */
  readonly met: Uint8Array
  readonly covers: Coverage
}

function readCaller(form: FirstForm, principal: Principal, load: () => Promise<void>): Caller {
  const { rules } = form
  const met = new Uint8Array(rules.length).fill(1)
  for (let at = 0; at < rules.length; at++) {
    const demands = rules[at] as readonly Demand[]
    for (let each = 0; each < demands.length; each++) if (!meets(demands[each] as Demand, principal)) met[at] = 0
  }
  return { principal, met, covers: { form: () => coverageOf(form, met, load) } }
}

function coverageOf(form: FirstForm, met: Uint8Array, load: () => Promise<void>): CoverageForm {
  const { allow, deny, around, silent, wild } = form
  const allowed = new Set<string>()
  const others = new Set<string>()
  for (let at = 0; at < allow.texts.length; at++)
    (met[allow.met?.[at] as number] === 1 ? allowed : others).add(allow.texts[at] as string)
  let isWild = false
  for (let at = 0; at < wild.length; at++) if (met[wild[at] as number] === 1) isWild = true
  return {
    allow: [...allowed],
    deny: writtenOf(deny, met),
    denyForms: isWild ? (others.size === 0 ? form.formsOfAll : form.forms) : [],
    denyIfRoom: [writtenOf(around, met), silent === undefined ? [...others] : writtenOf(silent, met)],
    shorter() {
      throw new CodeNeeded(load)
    },
  }
}

function writtenOf({ texts, met: needs, unmet }: FirstPatterns, met: Uint8Array): readonly string[] {
  const written = new Set<string>()
  for (let at = 0; at < texts.length; at++) {
    let isWritten = needs === undefined || met[needs[at] as number] === 1
    const excluding = unmet?.[at] ?? []
    for (let each = 0; each < excluding.length; each++) if (met[excluding[each] as number] === 1) isWritten = false
    if (isWritten) written.add(texts[at] as string)
  }
  return [...written]
}

/** The place of the route that the path of a request leads to, unless that can be read in another way. */
function placeOf(root: Root, { method, template, arn }: AccessRequest): number | undefined {
  const path = arn?.path
  if (path === undefined || arn?.method !== method) return undefined
  const { length } = path
  if (length > 1 && path.endsWith("/")) return undefined
  for (let at = 0; at < unusual.length; at++) if (path.includes(unusual[at] as string)) return undefined
  const found = choose(root, path, 1, length === 1 ? 0 : length, method)
  return template === undefined || template === found?.text ? found?.place : undefined
}

/** The first template that a path fits and that has a route for the method: see `TemplateTree`. */
function choose(node: Root, path: string, start: number, end: number, method: string): Found | undefined {
  if (start > end) return routeIn(node.template, method)
  const slash = path.indexOf("/", start)
  const stop = slash < 0 ? end : slash
  // An empty segment is no parameter.
  if (stop > start) {
    const { fixed, parameter } = node
    const segment = path.slice(start, stop)
    let found: Found | undefined
    for (let at = 0; fixed !== undefined && at < fixed.length; at++)
      if (fixed[at]?.[0] === segment) found = choose(fixed[at]?.[1] as Root, path, stop + 1, end, method)
    found ??= parameter && choose(parameter, path, stop + 1, end, method)
    if (found !== undefined) return found
  }
  return routeIn(node.greedy, method)
}

function routeIn(template: FirstTemplate | undefined, method: string): Found | undefined {
  const routes = template?.routes ?? []
  for (let at = 0; at < routes.length; at++)
    if (routes[at]?.[0] === method) return { text: template?.text as string, place: routes[at]?.[1] as number }
  return undefined
}
