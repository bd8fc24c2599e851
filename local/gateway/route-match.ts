import type { ApiSettings, ClientRequest, MatchedRoute } from "./api.ts"

/** One configured route, taken apart. */
interface Candidate {
  readonly key: string
  readonly method: string
  readonly template: string
  readonly segments: readonly string[]
}

/**
 * Chooses the route of a request as API Gateway does, or undefined if it has none.
 *
 * REST APIs walk the resource tree: at each level a literal goes before a parameter, and that before a greedy one; the
 * method is looked for only then. HTTP APIs take the most specific route that matches completely, then greedy ones,
 * then `$default`.
 *
 * @see
 *   https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html#http-api-develop-routes.evaluation
 */
export function matchRoute(api: ApiSettings, request: ClientRequest): MatchedRoute | undefined {
  if (api.kind === "websocket") {
    if (!api.routes.includes("$connect")) return undefined
    return { key: "$connect", method: "", template: "$connect", pathParameters: {} }
  }
  const candidates = [...api.routes, ...(api.openRoutes ?? [])].filter((key) => key !== "$connect").map(candidateOf)
  const path = segmentsOf(api.kind === "rest" ? withoutSlashAtEnd(request.path) : request.path)
  return api.kind === "rest" ? matchRest(candidates, request.method, path) : matchHttp(candidates, request.method, path)
}

function candidateOf(key: string): Candidate {
  if (key === "$default") return { key, method: "ANY", template: "$default", segments: [] }
  const [method = "", template = "/"] = key.split(" ")
  return { key, method, template, segments: segmentsOf(template) }
}

const segmentsOf = (path: string): readonly string[] => path.split("/").slice(1)
/** REST APIs drop one slash at the end. */
const withoutSlashAtEnd = (path: string): string => (path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path)
const isGreedy = (segment: string): boolean => /^\{[^{}]+\+\}$/.test(segment)
const isParameter = (segment: string): boolean => /^\{[^{}]+\}$/.test(segment)

function matchRest(
  candidates: readonly Candidate[],
  method: string,
  path: readonly string[],
): MatchedRoute | undefined {
  const resources = [...new Map(candidates.map((each) => [each.template, each])).values()]
  const fitting = resources.filter(({ segments }) => fits(segments, path)).sort(bySpecificity)
  for (const { template } of fitting) {
    const here = candidates.filter((each) => each.template === template)
    const found = here.find((each) => each.method === method) ?? here.find((each) => each.method === "ANY")
    // A resource that matches and lacks the method hides the less specific ones.
    return found && matched(found, path)
  }
  return undefined
}

function matchHttp(
  candidates: readonly Candidate[],
  method: string,
  path: readonly string[],
): MatchedRoute | undefined {
  const fitting = candidates
    .filter((each) => each.template !== "$default" && fits(each.segments, path))
    .filter((each) => each.method === method || each.method === "ANY")
  const full = fitting.filter(({ segments }) => !segments.some(isGreedy)).sort(byHttpOrder)
  const greedy = fitting.filter(({ segments }) => segments.some(isGreedy)).sort(byHttpOrder)
  const found = full[0] ?? greedy[0] ?? candidates.find(({ template }) => template === "$default")
  return found && matched(found, path)
}

/** Whether a path is of a template: `{name}` is one segment, `{name+}` all that are left. */
export const fitsTemplate = (path: string, template: string): boolean => fits(segmentsOf(template), segmentsOf(path))

function fits(segments: readonly string[], path: readonly string[]): boolean {
  for (const [at, segment] of segments.entries()) {
    if (isGreedy(segment)) return path.length > at && path.slice(at).join("/") !== ""
    const part = path[at]
    if (part === undefined) return false
    if (isParameter(segment) ? part === "" : part !== segment) return false
  }
  return path.length === segments.length
}

/** Literals before parameters before greedy ones, level by level. */
function bySpecificity(a: Candidate, b: Candidate): number {
  const length = Math.max(a.segments.length, b.segments.length)
  for (let at = 0; at < length; at++) {
    const difference = rank(a.segments[at]) - rank(b.segments[at])
    if (difference !== 0) return difference
  }
  return 0
}

function byHttpOrder(a: Candidate, b: Candidate): number {
  const difference = bySpecificity(a, b)
  if (difference !== 0) return difference
  return (a.method === "ANY" ? 1 : 0) - (b.method === "ANY" ? 1 : 0)
}

function rank(segment: string | undefined): number {
  if (segment === undefined) return 3
  if (isGreedy(segment)) return 2
  return isParameter(segment) ? 1 : 0
}

function matched({ key, method, template, segments }: Candidate, path: readonly string[]): MatchedRoute {
  const pathParameters: Record<string, string> = {}
  for (const [at, segment] of segments.entries()) {
    if (isGreedy(segment)) pathParameters[segment.slice(1, -2)] = path.slice(at).join("/")
    else if (isParameter(segment)) pathParameters[segment.slice(1, -1)] = path[at] ?? ""
  }
  return { key, method, template, pathParameters }
}
