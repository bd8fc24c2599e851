import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { type ApiSettings, apiSettings, type ClientRequest } from "../../local/gateway/api.ts"
import { authorizerEvent } from "../../local/gateway/authorizer-event.ts"
import { identityValues } from "../../local/gateway/identity-sources.ts"
import { matchRoute } from "../../local/gateway/route-match.ts"

type Recorded = { readonly [member: string]: unknown }
const recorded = (name: string): Recorded =>
  JSON.parse(readFileSync(new URL(`../fixtures/apigw/${name}.json`, import.meta.url), "utf8"))

/** The event for the request that a recorded event is about. */
function built(event: Recorded, api: ApiSettings): Recorded {
  const { http, identity } = event.requestContext as { http?: Recorded; identity?: Recorded }
  const skipped = /^(?:x-forwarded-(?:for|port|proto))$/i
  const forwarded = String(
    Object.entries((event.headers ?? {}) as Recorded).find(([name]) => /^x-forwarded-for$/i.test(name))?.[1] ?? "",
  )
  const sourceIp = String(http?.sourceIp ?? identity?.sourceIp)
  const before = forwarded.split(", ").slice(0, -1)
  const request: ClientRequest = {
    method: String(http?.method ?? event.httpMethod ?? "GET"),
    path: String(event.rawPath ?? event.path ?? "/"),
    query: "",
    headers: [
      ...Object.entries((event.headers ?? {}) as { [name: string]: string }).filter(([name]) => !skipped.test(name)),
      ...(before.length > 0 ? [["X-Forwarded-For", before.join(", ")] as const] : []),
    ],
    sourceIp,
  }
  const route = matchRoute(api, request)
  if (route === undefined) throw new Error("the recorded request has no route")
  const sources = identityValues(api, request, route).filter((value) => value !== undefined)
  const arrival = { requestId: "r", extendedRequestId: "e", atMs: 0, traceId: "1-0-0" }
  return authorizerEvent(api, request, route, sources, arrival) as Recorded
}

/** The shape of a value: names and types, without what differs from call to call. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf)
  if (typeof value !== "object" || value === null) return value === null ? null : typeof value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shapeOf(member)]))
}

describe("the events of the local gateway have the members of recorded ones", () => {
  it("REST REQUEST", () => {
    const event = recorded("powertools-ts__apigw-rest__authorizer-request")
    const api = apiSettings({ kind: "rest", routes: ["POST /lambda-request"], apiId: "puhdx84jy9" })
    const mine = built(event, api)
    expect(shapeOf(mine.requestContext)).toEqual(shapeOf(event.requestContext))
    expect(Object.keys(mine)).toEqual(Object.keys(event))
    for (const name of ["methodArn", "resource", "path", "httpMethod", "pathParameters", "stageVariables"])
      expect(mine[name], name).toEqual(event[name])
    for (const name of ["queryStringParameters", "multiValueQueryStringParameters"]) expect(mine[name]).toEqual({})
    // The recorded call went through CloudFront, which adds an address.
    const without = (headers: unknown): object =>
      Object.fromEntries(Object.entries(Object(headers)).filter(([name]) => name !== "X-Forwarded-For"))
    expect(without(mine.headers)).toEqual(without(event.headers))
  })

  it("REST TOKEN", () => {
    const event = recorded("powertools-ts__apigw-rest__authorizer-token")
    const api = apiSettings({
      ...{ kind: "rest", routes: ["POST /lambda-token"], apiId: "puhdx84jy9" },
      authorizer: { type: "TOKEN" },
    })
    const request = { method: "POST", path: "/lambda-token", query: "", sourceIp: "192.0.2.1" }
    const headers = [["authorization", "Bearer foo"]] as const
    const route = matchRoute(api, { ...request, headers })
    expect(route).toBeDefined()
    const arrival = { requestId: "r", extendedRequestId: "e", atMs: 0, traceId: "1-0-0" }
    expect(authorizerEvent(api, { ...request, headers }, route as never, ["Bearer foo"], arrival)).toEqual(event)
  })

  it("HTTP 2.0", () => {
    const event = recorded("powertools-ts__apigw-http__authorizer-request")
    const api = apiSettings({
      ...{ kind: "http", routes: ["POST /lambda"], apiId: "lsw1ro4ipb" },
      domainName: "lsw1ro4ipb.execute-api.eu-west-1.amazonaws.com",
    })
    const mine = built(event, api)
    const changing = { requestId: "x", time: "x", timeEpoch: 0 }
    expect({ ...mine, requestContext: { ...Object(mine.requestContext), ...changing } }).toEqual({
      ...event,
      requestContext: { ...Object(event.requestContext), ...changing },
    })
  })

  it("WebSocket $connect", () => {
    const event = recorded("aws-lambda-rust__example-apigw-v2-custom-authorizer-websocket-request")
    const api = apiSettings({ kind: "websocket", routes: ["$connect"], stage: "test", apiId: "abcdef123" })
    const mine = built({ ...event, path: "/" }, api)
    const known = ["type", "methodArn", "headers", "multiValueHeaders", "queryStringParameters", "stageVariables"]
    for (const name of [...known, "requestContext"]) expect(mine, name).toHaveProperty(name)
    expect(mine.methodArn).toBe(event.methodArn)
    expect(Object.keys(Object(mine.requestContext)).sort()).toEqual(Object.keys(Object(event.requestContext)).sort())
  })
})
