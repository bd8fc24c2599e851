import type { ApiSettings, ClientRequest, MatchedRoute } from "./api.ts"
import { queryMaps } from "./request-maps.ts"

/** The value of each identity source, in their order; undefined for one that the request does not have. */
export function identityValues(
  api: ApiSettings,
  request: ClientRequest,
  route: MatchedRoute,
): readonly (string | undefined)[] {
  return api.authorizer.identitySources.map((source) => requestVariable(source, api, request, route))
}

/**
 * The value of `method.request.header.NAME`, `method.request.querystring.NAME` or `context.NAME` in a request; undefined
 * if the request has none.
 *
 * @param route undefined: no route matches, so nothing of it has a value
 */
export function requestVariable(
  source: string,
  api: ApiSettings,
  request: ClientRequest,
  route: MatchedRoute | undefined,
): string | undefined {
  const plain = source.replace(/^\$/, "").replace(/^(?:method|route)\./, "")
  const [kind = "", ...rest] = plain.split(".")
  if (kind === "request") {
    const [place, ...names] = rest
    const name = names.join(".")
    return nonEmpty(place === "header" ? headerOf(request, name) : queryOf(request, name))
  }
  if (kind === "context") return nonEmpty(contextOf(rest.join("."), api, request, route))
  return undefined // stage variables: the local gateway has none
}

function headerOf({ headers }: ClientRequest, name: string): string | undefined {
  const values = headers.filter(([each]) => each.toLowerCase() === name.toLowerCase()).map(([, value]) => value)
  return values.length === 0 ? undefined : values.join(",")
}

/** Own members only: a parameter may have the name of a member of the prototype. */
function queryOf({ query }: ClientRequest, name: string): string | undefined {
  const { all } = queryMaps(query)
  return Object.hasOwn(all, name) ? all[name]?.join(",") : undefined
}

function contextOf(
  name: string,
  api: ApiSettings,
  request: ClientRequest,
  route: MatchedRoute | undefined,
): string | undefined {
  const variables = new Map<string, string | undefined>([
    ["httpmethod", request.method],
    ["resourcepath", route?.template],
    ["routekey", route?.key],
    ["path", `/${api.stage}${request.path}`],
    ["protocol", "HTTP/1.1"],
    ["stage", api.stage],
    ["apiid", api.apiId],
    ["accountid", api.accountId],
    ["domainname", api.domainName],
    ["domainprefix", api.apiId],
    ["identity.sourceip", request.sourceIp],
    ["identity.useragent", headerOf(request, "user-agent")],
  ])
  return variables.get(name.toLowerCase())
}

const nonEmpty = (value: string | undefined): string | undefined => (value === "" ? undefined : value)
