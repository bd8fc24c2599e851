import { readdirSync, readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { readRequest } from "../../src/event/read.ts"
import { edgeEvent, headerKinds, host } from "../support/edge.ts"

const connectionOf = (event: unknown) => {
  const request = readRequest(event)
  if ("refused" in request) throw new Error(request.code)
  return request.connection
}

/** What clients send to be taken for another client, or for another request. */
const lies = {
  host: "evil.example",
  "x-forwarded-host": "evil.example",
  "x-forwarded-for": "10.0.0.1",
  "x-forwarded-proto": "http",
  "x-original-url": "/admin",
  "x-rewrite-url": "/admin",
  "x-http-method-override": "DELETE",
  forwarded: "for=10.0.0.1;host=evil.example",
  "x-amzn-vpce-id": "vpce-00000000",
}

describe("the connection of a request", () => {
  it.each(headerKinds)("SR-128: of %s comes from the event's own fields, whatever the headers say", (kind) => {
    const told = { sourceIp: "198.51.100.7", vpceId: "vpce-0a1b2c3d", clientCertPem: "PEM" }
    const expected = {
      method: "GET",
      host,
      path: {
        "rest-request": "/prod/orders/7",
        "http-1.0": "/prod/orders/7",
        "http-2.0": "/orders/7",
        websocket: "/prod",
      }[kind],
      // 2.2: HTTP APIs decode it, and nothing but the kind of the event says so.
      ...(kind.startsWith("http") && { pathIsDecoded: true }),
      sourceIp: "198.51.100.7",
      vpceId: kind === "http-2.0" ? undefined : "vpce-0a1b2c3d",
      clientCertPem: "PEM",
    }
    expect(connectionOf(edgeEvent(kind, { headers: lies }, told))).toEqual(expected)
  })

  it("has the path of payload 2.0 as it was received, where the event has two forms of it", () => {
    const event = edgeEvent("http-2.0", { path: "/orders" })
    expect(connectionOf({ ...event, rawPath: "/orders/" })?.path).toBe("/orders/")
    const { rawPath: _received, ...without } = event
    expect(connectionOf(without)?.path).toBe("/orders")
  })

  it("is not known for a TOKEN event", () => {
    expect(connectionOf(edgeEvent("rest-token"))).toBeUndefined()
  })

  it.each(headerKinds)("of %s leaves out what the event does not say", (kind) => {
    const event = edgeEvent(kind, { headers: lies }, { host: null })
    expect(connectionOf(event)).toMatchObject({ host: undefined, vpceId: undefined, clientCertPem: undefined })
  })

  it.each(headerKinds)("of %s takes members of another type for absent", (kind) => {
    const event = edgeEvent(kind)
    const requestContext = {
      ...(event.requestContext as object),
      domainName: 7,
      identity:
        kind === "http-2.0" ? undefined : { sourceIp: ["10.0.0.1"], vpceId: {}, clientCert: [{ clientCertPem: "x" }] },
      authentication: "x",
    }
    expect(connectionOf({ ...event, requestContext })).toMatchObject({
      host: undefined,
      vpceId: undefined,
      clientCertPem: undefined,
    })
  })

  it("of an HTTP API is read in whichever shape the event has", () => {
    const fixtures = readdirSync("test/fixtures/apigw", { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith(".json"),
    )
    expect(fixtures.length).toBeGreaterThan(0)
    for (const name of fixtures) {
      const event: unknown = JSON.parse(readFileSync(`test/fixtures/apigw/${name}`, "utf8").replace(/^\uFEFF/, ""))
      const request = readRequest(event)
      if ("refused" in request || request.kind === "rest-token") continue
      const { requestContext } = event as { requestContext: { domainName?: string } }
      expect(request.connection?.host, name).toBe(requestContext.domainName)
    }
  })
})
