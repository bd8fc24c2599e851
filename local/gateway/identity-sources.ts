import type { ApiSettings, ClientRequest, MatchedRoute } from "./api.ts"
import { queryMaps } from "./request-maps.ts"

/** The value of each identity source, in their order; undefined for one that the request does not have. */
export function identityValues(
  api: ApiSettings,
  request: ClientRequest,
  route: MatchedRoute,
): readonly (string | undefined)[] {
  return api.authorizer.identitySources.map((source) => sourceValue(source, api, request, route))
}

function sourceValue(
  source: string,
  api: ApiSettings,
  request: ClientRequest,
  route: MatchedRoute,
): string | undefined {
  const plain = source.replace(/^\$/, "").replace(/^(?:method|route)\./, "")
  const [kind = "", ...rest] = plain.split(".")
  if (kind === "request") {
    const [place, ...names] = rest
    const name = names.join(".")
    return nonEmpty(place === "header" ? headerOf(request, name) : queryMaps(request.query).all[name]?.join(","))
  }
  if (kind === "context") return nonEmpty(contextOf(rest.join("."), api, request, route))
  return undefined // stage variables: the local gateway has none
}

function headerOf({ headers }: ClientRequest, name: string): string | undefined {
  const values = headers.filter(([each]) => each.toLowerCase() === name.toLowerCase()).map(([, value]) => value)
  return values.length === 0 ? undefined : values.join(",")
}

function contextOf(name: string, api: ApiSettings, request: ClientRequest, route: MatchedRoute): string | undefined {
  const variables: { readonly [name: string]: string } = {
    httpmethod: request.method,
    resourcepath: route.template,
    routekey: route.key,
    path: `/${api.stage}${request.path}`,
    stage: api.stage,
    apiid: api.apiId,
    domainname: api.domainName,
    "identity.sourceip": request.sourceIp,
  }
  return variables[name.toLowerCase()]
}

const nonEmpty = (value: string | undefined): string | undefined => (value === "" ? undefined : value)
