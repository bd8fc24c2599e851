import type { Route, RouteVerdict } from "../route/decide.ts"
import { type RequestedPath, readPath } from "../route/requested-path.ts"
import { Shapes } from "../route/shapes.ts"
import { httpMethods } from "../route/tokens.ts"
import { routeOf, type Template, type TemplateTree } from "../route/tree.ts"
import type { Coverage } from "../types/coverage.ts"
import type { Principal } from "../types/principal.ts"
import { lastingRefusal, type Refusal, refusal } from "../types/reasons.ts"
import type { AccessRequest } from "../types/request.ts"
import type { Covered } from "./patterns.ts"
import type { PermissionsOf } from "./permissions.ts"

const routeUnmatched = refusal("route_unmatched")
// Without an answer beside it, such a refusal is for a caller who may call nothing, whatever the request is.
const pathAmbiguous = lastingRefusal("path_ambiguous")
const methodUnknown = lastingRefusal("method_unknown")
const gatewayMismatch = refusal("gateway_mismatch")

/** What decisions need of a compiled table. */
export interface DecidingTable {
  readonly tree: TemplateTree
  /** Whether a path can be read in two ways. */
  isAmbiguous(path: string): boolean
  /** Whether an empty segment could be taken for a part of a parameter. */
  readonly hasParameters: boolean
}

/** What a table makes of a method, a path and the template that the gateway chose. */
interface ReadText {
  readonly method: string
  readonly template: string | undefined
  readonly path: string
  readonly isAmbiguous: boolean
  /** Whether an empty segment could be taken for a part of a parameter. */
  readonly hasEmpty: boolean
  readonly slash: boolean
  /** Whether the gateway chose the template that the path leads to. */
  readonly agrees: boolean
  readonly route: Route | undefined
}

/** A compiled table that decides by the text of the path, as the answer it gives is judged. */
export class TextTable<T extends DecidingTable = DecidingTable> {
  readonly compiled: T
  readonly #permissions: PermissionsOf
  readonly #unnamed: Route
  readonly #templates: readonly Template[]
  /** Shapes of the templates that the table names. */
  #named: ReadonlySet<string> | undefined
  readonly #shapes = new Shapes()
  #last: ReadText | undefined

  readonly #byPath: boolean

  /**
   * @param unnamed the route of everything that the table does not name, where that is admitted
   * @param byPath whether it is of no account which route the gateway chose
   */
  constructor(
    templates: readonly Template[],
    compiled: T,
    permissions: PermissionsOf,
    unnamed: Route,
    byPath: boolean,
  ) {
    this.#byPath = byPath
    this.compiled = compiled
    this.#permissions = permissions
    this.#unnamed = unnamed
    this.#templates = templates
  }

  covers(principal: Principal): Coverage | undefined {
    return this.#permissions.of(principal).coverage
  }

  decide(request: AccessRequest, principal: Principal): RouteVerdict {
    const { method, arn } = request
    // The answer is judged by the ARN's text. An event that names another method contradicts it.
    if (arn?.method !== method) return { route: undefined, refused: gatewayMismatch, covers: undefined }
    const covered = this.#permissions.of(principal)
    const covers = covered.coverage
    // The gateway keeps the answer for the token's other requests, so it is theirs, whatever this one is.
    if (!httpMethods.includes(method)) return { route: undefined, refused: methodUnknown, covers }
    const found = arn?.path === undefined ? undefined : this.#routeOf(request, arn.path, covered)
    if (found === undefined) return { route: undefined, refused: routeUnmatched, covers }
    if ("refused" in found)
      return { route: undefined, refused: found, covers: found.outcome === "unavailable" ? undefined : covers }
    return { route: found === this.#unnamed ? undefined : found, refused: found.rule.refuse(principal), covers }
  }

  #routeOf(request: AccessRequest, path: string, covered: Covered): Route | Refusal | undefined {
    const { isAmbiguous, hasEmpty, slash, agrees, route } = this.#read(request, path)
    if (covered.all ? hasEmpty : isAmbiguous) return pathAmbiguous
    if (slash && covered.slashMatters.has(request.method)) return pathAmbiguous
    return agrees ? route : gatewayMismatch
  }

  /** What the text of a request says, for every caller. Callers repeat requests, so the last answer is kept. */
  #read({ method, template }: AccessRequest, path: string): ReadText {
    const last = this.#last
    if (last?.path === path && last.method === method && last.template === template) return last
    const { compiled } = this
    const requested = readPath(path)
    const chosen = compiled.tree.choose(requested, method)
    const read = {
      method,
      template,
      path,
      isAmbiguous: compiled.isAmbiguous(path),
      hasEmpty: compiled.hasParameters && path.includes("//"),
      slash: requested.slash,
      agrees: template === undefined || this.#byPath || this.#agrees(template, chosen, requested),
      route: routeOf(chosen, method),
    }
    this.#last = read
    return read
  }

  /** Whether the gateway chose the template that the path leads to. */
  #agrees(template: string, chosen: Template | undefined, requested: RequestedPath): boolean {
    if (chosen?.text === template) return true
    const shape = this.#shapes.of(template)
    if (chosen?.shape === shape) return true
    // With a slash at the end an HTTP API may have taken a catch-all; the verdict is the same there, or none.
    const { tree } = this.compiled
    if (requested.slash && (chosen === undefined || tree.find(requested).some((other) => other.shape === shape)))
      return true
    // Neither the gateway nor the path leads to a route that the table names.
    return (chosen === undefined || this.#isUnnamed(chosen)) && !this.#isNamed(shape)
  }

  #isUnnamed(template: Template): boolean {
    return routeOf(template, "GET") === this.#unnamed
  }

  #isNamed(shape: string): boolean {
    this.#named ??= new Set(this.#templates.flatMap((each) => (this.#isUnnamed(each) ? [] : [each.shape])))
    return this.#named.has(shape)
  }
}
