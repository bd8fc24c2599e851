import { createHash, randomUUID } from "node:crypto"
import type { ApiSettings, ClientRequest, MatchedRoute } from "./api.ts"
import { certificateFields } from "./client-certificate.ts"
import { firstHeader, headerMaps, queryMaps } from "./request-maps.ts"

/** What API Gateway notes of one request when it arrives. */
export interface Arrival {
  readonly requestId: string
  readonly extendedRequestId: string
  /** Milliseconds since the epoch. */
  readonly atMs: number
  /** Root of the X-Ray trace. */
  readonly traceId: string
}

/** The ids and the time of a request. @param atMs milliseconds since the epoch */
export function arrivalAt(atMs: number): Arrival {
  const random = randomUUID().replaceAll("-", "")
  return {
    requestId: randomUUID(),
    extendedRequestId: `${Buffer.from(random.slice(0, 22), "hex").toString("base64").replace(/\+|\//g, "-")}`,
    atMs,
    traceId: `1-${Math.floor(atMs / 1000).toString(16)}-${random.slice(0, 24)}`,
  }
}

/** The ARN that a policy is evaluated for: `methodArn` or `routeArn`, with the path of the request. */
export function requestArn(api: ApiSettings, { method, path }: ClientRequest): string {
  const { partition, region, accountId, apiId, stage, kind } = api
  const start = `arn:${partition}:execute-api:${region}:${accountId}:${apiId}/${stage}/`
  return kind === "websocket" ? `${start}$connect` : `${start}${method}/${path.replace(/^\//, "")}`
}

/**
 * The event that API Gateway sends to a Lambda authorizer.
 *
 * @param sources values of the identity sources, in their order
 */
export function authorizerEvent(
  api: ApiSettings,
  request: ClientRequest,
  route: MatchedRoute,
  sources: readonly string[],
  arrival: Arrival,
): { readonly [member: string]: unknown } {
  if (api.kind === "websocket") return webSocketEvent(api, request, arrival)
  if (api.kind === "http") {
    return api.authorizer.payload === "2.0"
      ? httpEvent2(api, request, route, sources, arrival)
      : httpEvent1(api, request, route, sources, arrival)
  }
  if (api.authorizer.type === "REQUEST") return restRequestEvent(api, request, route, arrival)
  return { type: "TOKEN", methodArn: requestArn(api, request), authorizationToken: sources[0] ?? "" }
}

function restRequestEvent(
  api: ApiSettings,
  request: ClientRequest,
  route: MatchedRoute,
  arrival: Arrival,
): object & { readonly [member: string]: unknown } {
  const headers = headerMaps(withGatewayHeaders(request, arrival))
  const query = queryMaps(request.query)
  return {
    type: "REQUEST",
    methodArn: requestArn(api, request),
    resource: route.template,
    path: request.path,
    httpMethod: request.method,
    headers: headers.last,
    multiValueHeaders: headers.all,
    queryStringParameters: query.last,
    multiValueQueryStringParameters: query.all,
    pathParameters: decodedParameters(route),
    stageVariables: {},
    requestContext: {
      resourceId: resourceIdOf(route),
      resourcePath: route.template,
      httpMethod: request.method,
      extendedRequestId: arrival.extendedRequestId,
      requestTime: logTime(arrival.atMs),
      path: `/${api.stage}${request.path}`,
      accountId: api.accountId,
      protocol: "HTTP/1.1",
      stage: api.stage,
      domainPrefix: api.apiId,
      requestTimeEpoch: arrival.atMs,
      requestId: arrival.requestId,
      identity: {
        ...noCaller,
        sourceIp: request.sourceIp,
        userAgent: firstHeader(request, "user-agent") ?? null,
        ...certificateMember(request),
      },
      domainName: api.domainName,
      deploymentId: "local1",
      apiId: api.apiId,
    },
  }
}

const noCaller = {
  cognitoIdentityPoolId: null,
  accountId: null,
  cognitoIdentityId: null,
  caller: null,
  principalOrgId: null,
  accessKey: null,
  cognitoAuthenticationType: null,
  cognitoAuthenticationProvider: null,
  userArn: null,
  user: null,
}

/** What is empty is absent in payload 2.0; names of headers are in lower case, and repeated ones are joined. */
function httpEvent2(
  api: ApiSettings,
  request: ClientRequest,
  route: MatchedRoute,
  sources: readonly string[],
  arrival: Arrival,
): { readonly [member: string]: unknown } {
  const all = withLength(withGatewayHeaders(request, arrival))
  const headers = headerMaps(all.filter(([name]) => name.toLowerCase() !== "cookie"))
  const cookies = all.filter(([name]) => name.toLowerCase() === "cookie").flatMap(([, value]) => value.split(/;\s*/))
  const query = queryMaps(request.query)
  const decoded = shownPath(request.path)
  const path = api.stage === "$default" ? decoded : `/${api.stage}${decoded}`
  const parameters = decodedParameters(route)
  return {
    version: "2.0",
    type: "REQUEST",
    routeArn: requestArn(api, request),
    ...(api.authorizer.identitySources.length > 0 && { identitySource: sources }),
    routeKey: route.key,
    rawPath: path,
    rawQueryString: request.query,
    ...(cookies.length > 0 && { cookies }),
    headers: headers.joined,
    ...(Object.keys(query.last).length > 0 && { queryStringParameters: query.joined }),
    ...(Object.keys(parameters).length > 0 && { pathParameters: parameters }),
    requestContext: {
      accountId: api.accountId,
      apiId: api.apiId,
      ...(request.clientCertPem !== undefined && {
        authentication: { clientCert: certificateFields(request.clientCertPem) },
      }),
      domainName: api.domainName,
      domainPrefix: api.apiId,
      http: {
        method: request.method,
        path,
        protocol: "HTTP/1.1",
        sourceIp: request.sourceIp,
        userAgent: firstHeader(request, "user-agent") ?? "",
      },
      requestId: arrival.extendedRequestId,
      routeKey: route.key,
      stage: api.stage,
      time: logTime(arrival.atMs),
      timeEpoch: arrival.atMs,
    },
  }
}

function httpEvent1(
  api: ApiSettings,
  request: ClientRequest,
  route: MatchedRoute,
  sources: readonly string[],
  arrival: Arrival,
): { readonly [member: string]: unknown } {
  const headers = headerMaps(withGatewayHeaders(request, arrival))
  const joined = sources.join(",")
  return {
    version: "1.0",
    type: "REQUEST",
    methodArn: requestArn(api, request),
    identitySource: joined,
    authorizationToken: joined,
    resource: route.template,
    path: shownPath(request.path),
    httpMethod: request.method,
    headers: headers.last,
    queryStringParameters: queryMaps(request.query).last,
    pathParameters: decodedParameters(route),
    stageVariables: {},
    requestContext: {
      path: shownPath(request.path),
      accountId: api.accountId,
      // The route key, as emulators and users report it.
      resourceId: route.key,
      stage: api.stage,
      requestId: arrival.extendedRequestId,
      identity: { apiKey: null, sourceIp: request.sourceIp, ...certificateMember(request) },
      resourcePath: route.template,
      httpMethod: request.method,
      apiId: api.apiId,
    },
  }
}

function webSocketEvent(
  api: ApiSettings,
  request: ClientRequest,
  arrival: Arrival,
): { readonly [member: string]: unknown } {
  const headers = headerMaps(withGatewayHeaders(request, arrival))
  const query = queryMaps(request.query)
  return {
    type: "REQUEST",
    methodArn: requestArn(api, request),
    headers: headers.last,
    multiValueHeaders: headers.all,
    queryStringParameters: query.last,
    multiValueQueryStringParameters: query.all,
    stageVariables: {},
    requestContext: {
      routeKey: "$connect",
      eventType: "CONNECT",
      extendedRequestId: arrival.extendedRequestId,
      requestTime: logTime(arrival.atMs),
      messageDirection: "IN",
      stage: api.stage,
      connectedAt: arrival.atMs,
      requestTimeEpoch: arrival.atMs,
      identity: {
        sourceIp: request.sourceIp,
        ...(firstHeader(request, "user-agent") && { userAgent: firstHeader(request, "user-agent") }),
      },
      requestId: arrival.extendedRequestId,
      domainName: api.domainName,
      connectionId: `${arrival.extendedRequestId.slice(0, 15)}=`,
      apiId: api.apiId,
    },
  }
}

/** The headers that API Gateway itself adds in front of everything that the client sent. */
export function withGatewayHeaders(
  { headers, sourceIp }: ClientRequest,
  { traceId }: Arrival,
): ClientRequest["headers"] {
  const has = (name: string): boolean => headers.some(([each]) => each.toLowerCase() === name.toLowerCase())
  const forwarded = headers.filter(([name]) => name.toLowerCase() === "x-forwarded-for").map(([, value]) => value)
  const added: [string, string][] = [
    ["X-Forwarded-For", [...forwarded, sourceIp].join(", ")],
    ["X-Forwarded-Port", "443"],
    ["X-Forwarded-Proto", "https"],
  ]
  if (!has("X-Amzn-Trace-Id")) added.push(["X-Amzn-Trace-Id", `Root=${traceId}`])
  const replaced = new Set(added.map(([name]) => name.toLowerCase()))
  return [...headers.filter(([name]) => !replaced.has(name.toLowerCase())), ...added]
}

/** HTTP APIs show a length for every request: browsers send none with GET, and recorded events have it. */
function withLength(headers: ClientRequest["headers"]): ClientRequest["headers"] {
  const has = headers.some(([name]) => name.toLowerCase() === "content-length")
  return has ? headers : [...headers, ["content-length", "0"]]
}

function certificateMember({ clientCertPem }: ClientRequest): object {
  return clientCertPem === undefined ? {} : { clientCert: certificateFields(clientCertPem) }
}

/**
 * The path as an HTTP API shows it: decoded once, but for the slash. Recorded events have `file name.xml` and `a%2Fb`;
 * of escapes that are no UTF-8 nothing is known, and they stay.
 */
export function shownPath(path: string): string {
  return path.replaceAll(/(?:%[0-9A-Fa-f]{2})+/g, (escapes) =>
    escapes
      .split(/(%2[Ff])/)
      .map((part) => (/^%2f$/i.test(part) ? part : decodedText(part)))
      .join(""),
  )
}

/** Path parameters are handed on decoded. */
function decodedParameters({ pathParameters }: MatchedRoute): { readonly [name: string]: string } {
  return Object.fromEntries(Object.entries(pathParameters).map(([name, value]) => [name, decodedText(value)]))
}

function decodedText(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

function resourceIdOf({ template }: MatchedRoute): string {
  return createHash("sha256").update(template).digest("hex").slice(0, 6)
}

/** `17/Jun/2024:15:02:03 +0000`. */
function logTime(ms: number): string {
  const [, day, month, year, time] = new Date(ms).toUTCString().match(/(\d+) (\w+) (\d+) (\S+)/) ?? []
  return `${day}/${month}/${year}:${time} +0000`
}
