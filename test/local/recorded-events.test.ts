import { readdirSync, readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { type ApiSettings, apiSettings, type ClientRequest } from "../../local/gateway/api.ts"
import { authorizerEvent, requestArn } from "../../local/gateway/authorizer-event.ts"
import { ApiGateway } from "../../local/gateway/gateway.ts"
import { identityValues } from "../../local/gateway/identity-sources.ts"
import { matchRoute } from "../../local/gateway/route-match.ts"

type Event = { readonly [member: string]: unknown }
const folder = new URL("../fixtures/apigw/", import.meta.url)
const read = (name: string): Event =>
  JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8").replace(/^\uFEFF/, ""))
const membersOf = (value: unknown): string[] => Object.keys(Object(value))

/** The event of the local gateway for the request that another event is about. */
function produced(event: Event, api: ApiSettings, more: Partial<ClientRequest> = {}): Event {
  const { http } = Object(event.requestContext) as { http?: Event }
  const added = /^(?:x-forwarded-(?:for|port|proto)|content-length)$/i
  const cookies = (event.cookies ?? []) as string[]
  const request: ClientRequest = {
    method: String(http?.method ?? event.httpMethod ?? "GET"),
    path: String(event.rawPath ?? event.path ?? "/"),
    query: String(event.rawQueryString ?? ""),
    headers: [
      ...Object.entries((event.headers ?? {}) as { [name: string]: string }).filter(([name]) => !added.test(name)),
      ...(cookies.length > 0 ? [["Cookie", cookies.join("; ")] as const] : []),
    ],
    sourceIp: String(http?.sourceIp ?? "192.0.2.1"),
    ...more,
  }
  const route = matchRoute(api, request)
  if (route === undefined) throw new Error("the request has no route")
  const sources = identityValues(api, request, route).filter((value) => value !== undefined)
  const arrival = { requestId: "r", extendedRequestId: "e", atMs: 0, traceId: "1-0-0" }
  return authorizerEvent(api, request, route, sources, arrival)
}

const proxy = (stage?: string): ApiSettings =>
  apiSettings({ kind: "http", routes: ["ANY /{proxy+}"], ...(stage !== undefined && { stage }) })

describe("16-2: paths, queries, cookies and certificates as recorded events of HTTP APIs have them", () => {
  it.each([
    // sent by the client, and what was recorded
    ["encode-space-in-resource-path", "/api/resourcepath/string/tmh/file%20name.xml"],
    ["encode-slash-in-resource-path", "/api/resourcepath/encoding/a%2Fb"],
    ["encode-plus-in-resource-path", "/foo+bar"],
    ["rawtarget-escaped-slash-in-path", "/foo%2Fbar"],
  ])("%s: %s", (name, path) => {
    const event = read(`aws-lambda-dotnet__${name}-httpapi-v2`)
    const mine = produced(event, proxy(), { path })
    expect(mine.rawPath).toBe(event.rawPath)
    expect(mine.routeKey).toBe(event.routeKey)
    expect(Object(mine.requestContext).http.path).toBe(event.rawPath)
    // The file with an escaped slash was edited by hand: its parameter was not decoded.
    if (!name.startsWith("rawtarget")) expect(mine.pathParameters).toEqual(event.pathParameters)
  })

  it("a named stage is part of the path and of no parameter", () => {
    const event = read("aws-lambda-dotnet__values-get-all-httpapi-v2-with-stage")
    const mine = produced(event, proxy("beta"), { path: "/api/values" })
    for (const name of ["rawPath", "pathParameters", "routeKey"]) expect(mine[name]).toEqual(event[name])
  })

  it("repeated parameters are joined, and the query stays as it was sent", () => {
    const event = read("aws-lambda-dotnet__values-get-querystring-httpapi-v2-mv-request")
    const mine = produced(event, apiSettings({ kind: "http", routes: ["$default"] }))
    for (const name of ["rawQueryString", "queryStringParameters"]) expect(mine[name]).toEqual(event[name])
  })

  it("cookies are a list of their own and no header, and a request without a body has a length", () => {
    const event = read("aws-lambda-dotnet__cookies-get-multiple-httpapi-v2-request")
    const mine = produced(event, proxy())
    expect(mine.cookies).toEqual(event.cookies)
    expect(mine.headers).not.toHaveProperty("cookie")
    expect(membersOf(mine.headers).sort()).toEqual(membersOf(event.headers).sort())
  })

  it("a client certificate is read from its PEM", () => {
    const event = read("aws-lambda-dotnet__mtls-request-httpapi-v2")
    const { clientCert } = Object(Object(event.requestContext).authentication)
    const mine = produced(event, apiSettings({ kind: "http", routes: ["$default"] }), {
      clientCertPem: clientCert.clientCertPem,
    })
    const fields = Object(Object(Object(mine.requestContext).authentication).clientCert)
    expect(fields.clientCertPem).toBe(clientCert.clientCertPem)
    const documented = Object(Object(read("aws-lambda-go__apigw-v2-custom-authorizer-v2-request").requestContext))
    expect(membersOf(fields).sort()).toEqual(membersOf(documented.authentication.clientCert).sort())
  })
})

/** Members that only some samples have, with the reason why the local gateway writes none or other ones. */
const besides: { readonly [member: string]: string } = {
  stageVariables: "HTTP 2.0: the local gateway has no stage variables, and what is empty is absent",
  body: "an authorizer gets no body; the sample comes from an emulator",
  isBase64Encoded: "as for the body",
  multiValueHeaders: "HTTP 1.0: the guide shows none, one sample has it; the local gateway follows the guide",
}
/** Those of a Lambda context that one sample mixes into the event. */
const notOfTheEvent =
  /^(?:client_context|context|deadline|env_config|identity|invoked_function_arn|log_|memory|xray_|version$)/

const inputs = readdirSync(folder)
  .filter((file) => file.endsWith(".json"))
  .map((file) => file.replace(/\.json$/, ""))
  .filter((name) => {
    const { type, methodArn, routeArn } = read(name)
    return type !== undefined && (methodArn ?? routeArn) !== undefined && !name.startsWith("aws-sam-cli")
  })

describe("16-2: every authorizer event of the fixtures has its members in the local gateway's event", () => {
  it("finds all of them", () => expect(inputs).toHaveLength(16))

  it.each(inputs)("%s", (name) => {
    const event = read(name)
    const { type, routeArn, methodArn, requestContext, pathParameters } = event
    const isConnect = String(methodArn).endsWith("$connect") || Object(requestContext).routeKey === "$connect"
    const kind = isConnect ? "websocket" : routeArn !== undefined || event.version === "1.0" ? "http" : "rest"
    const [, method = "GET"] = /^(?:[^/]*\/){2}([^/]*)/.exec(String(routeArn ?? methodArn)) ?? []
    const parameters = membersOf(pathParameters)
    const template = `/orders${parameters.map((parameter) => `/{${parameter}}`).join("")}`
    const api = apiSettings({
      ...{ kind, routes: isConnect ? ["$connect"] : [`${method} ${template}`] },
      authorizer: {
        type: type === "TOKEN" ? "TOKEN" : "REQUEST",
        payload: event.version === "1.0" ? "1.0" : "2.0",
        identitySources: event.identitySource === undefined && kind !== "rest" ? [] : ["$request.header.X-Any"],
      },
    })
    const { authentication, identity } = Object(requestContext)
    const certificate = authentication?.clientCert ?? identity?.clientCert
    const mine = produced(event, api, {
      ...{ method, path: `/orders${parameters.map(() => "/x").join("")}`, query: "a=b" },
      headers: [["X-Any", "given"], ...(event.cookies === undefined ? [] : [["Cookie", "a=b"] as const])],
      ...(certificate && { clientCertPem: pem }),
    })
    const missing = membersOf(event).filter((member) => !(member in mine) && !notOfTheEvent.test(member))
    expect(missing.filter((member) => besides[member] === undefined)).toEqual([])
    // Of the context: whatever the local gateway writes is in a recorded event of the kind or in the guide.
    if (type === "TOKEN") expect(membersOf(mine).sort()).toEqual(membersOf(event).sort())
    else expect(membersOf(mine.requestContext)).toEqual(expect.arrayContaining(contextOf(event)))
  })
})

/** Members of the context but for those of payload 2.0 that one sample mixes into payload 1.0. */
function contextOf({ requestContext, version }: Event): string[] {
  const mixed = ["http", "routeKey", "time", "timeEpoch"]
  const later = ["domainName", "domainPrefix", "extendedRequestId", "protocol", "requestTime", "requestTimeEpoch"]
  return membersOf(requestContext).filter((name) => version !== "1.0" || ![...mixed, ...later].includes(name))
}

const { clientCertPem: pem } = Object(
  Object(Object(read("aws-lambda-dotnet__mtls-request-httpapi-v2").requestContext).authentication).clientCert,
) as { clientCertPem: string }

describe("16-2: what the backend sees of an authorizer's answer", () => {
  const policyDocument = (api: ApiSettings): object => ({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: "execute-api:Invoke",
        Resource: requestArn(api, { method: "GET", path: "/" } as never),
      },
    ],
  })
  const asked = async (api: ApiSettings, answer: object) =>
    new ApiGateway(api, async () => ({ principalId: "user", policyDocument: policyDocument(api), ...answer })).handle({
      ...{ method: "GET", path: "/", query: "", sourceIp: "192.0.2.1" },
      headers: [["Authorization", "x"]],
    })

  it("HTTP 2.0 without a context: lambda is null, as recorded", async () => {
    const { authorizer } = Object(read("powertools-ts__apigw-http__lambda-authorizer-auth").requestContext)
    const api = apiSettings({ kind: "http", routes: ["GET /"] })
    expect((await asked(api, {})).authorizer).toEqual(authorizer)
  })

  it("REST without a context: principalId and a number, as recorded", async () => {
    const { authorizer } = Object(read("powertools-ts__apigw-rest__lambda-authorizer-auth").requestContext)
    const found = (await asked(apiSettings({ kind: "rest", routes: ["GET /"] }), {})).authorizer
    expect(membersOf(found).sort()).toEqual(membersOf(authorizer).sort())
    expect(found).toEqual({ ...authorizer, integrationLatency: expect.any(Number) })
  })

  it("REST turns every value into a text, as recorded; an object is a 500", async () => {
    const { authorizer } = Object(
      read("aws-lambda-dotnet__authtest-access-request-custom-lambda-authorizer-output").requestContext,
    )
    for (const value of Object.values(Object(authorizer))) expect(typeof value).toBe("string")
    const api = apiSettings({ kind: "rest", routes: ["GET /"] })
    expect((await asked(api, { context: { n: 1, b: true, s: "x" } })).authorizer).toMatchObject({
      ...{ n: "1", b: "true", s: "x" },
    })
    expect((await asked(api, { context: { o: {} } })).response).toMatchObject({ status: 500, body: '{"message":null}' })
  })
})
