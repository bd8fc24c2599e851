import { readdirSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { okta } from "../../local/issuers/okta.ts"
import { requestArn, sampleEvent, withCredential } from "../../local/table/event.ts"
import { type AuthorizerParts, createAuthorizer, type DecisionRecord } from "../../src/index.ts"

const kinds = {
  "http-1.0": "http-1.0",
  "http-2.0": "http-2.0",
  "rest-request": "rest-request",
  "rest-token": "rest-token",
  "websocket-connect": "websocket",
}

/** What hallpass records of an event: its decision, and the kind that it recognised. */
async function recordOf(event: unknown): Promise<DecisionRecord | undefined> {
  const records: DecisionRecord[] = []
  const parts: AuthorizerParts = {
    observer: { decision: (record) => void records.push(record) },
    fetchKeySet: () => Promise.reject(new Error("no key is needed to refuse what is no token")),
  }
  await createAuthorizer({ issuers: [okta.issuer], gateway: { unauthorized: "deny" } }, parts).handler(event)
  return records[0]
}

describe("the events for sam local invoke", () => {
  it("are one for each kind", () => {
    const files = readdirSync(new URL("../../events", import.meta.url))
    expect(files.sort()).toEqual(Object.keys(kinds).map((name) => `${name}.json`))
  })

  it.each(Object.entries(kinds))(
    "%s is read as what it is, and its placeholder proves nothing",
    async (name, eventKind) => {
      expect(await recordOf(sampleEvent(name))).toMatchObject({ outcome: "unauthenticated", eventKind })
    },
  )

  it.each(Object.keys(kinds))("%s has the ARN, the API and the route of one request", (name) => {
    const { routeKey, requestContext } = sampleEvent(name) as {
      routeKey?: string
      requestContext?: { apiId: string; stage: string; resourcePath?: string; routeKey?: string; domainName: string }
    }
    const [apiId, stage, ...route] = (requestArn(sampleEvent(name)).split(":")[5] ?? "").split("/")
    expect(route.join("/")).toBe(name === "websocket-connect" ? "$connect" : "GET/orders")
    if (requestContext === undefined) return
    expect(requestContext).toMatchObject({ apiId, stage })
    expect(requestContext.domainName).toBe(`${apiId}.execute-api.eu-west-1.amazonaws.com`)
    expect(requestContext.resourcePath ?? "/orders").toBe("/orders")
    expect(routeKey).toBe(name === "http-2.0" ? "GET /orders" : undefined)
  })
})

describe("a token put into an event", () => {
  it.each(Object.keys(kinds))("%s has it as its only credential", async (name) => {
    const event = withCredential(sampleEvent(name), "Bearer one.two.three")
    expect(JSON.stringify(event)).not.toContain("<token>")
    expect(await recordOf(event)).toMatchObject({ outcome: "unauthenticated", reason: "token_malformed" })
  })

  it.each(Object.keys(kinds))("%s without one is refused for that", async (name) => {
    expect(await recordOf(withCredential(sampleEvent(name), undefined))).toMatchObject({ reason: "credential_missing" })
  })

  it("keeps the header's spelling, whatever it is", () => {
    const event = withCredential({ type: "REQUEST", headers: { AUTHORIZATION: "old", other: "kept" } }, "new")
    expect(event).toEqual({ type: "REQUEST", headers: { AUTHORIZATION: "new", other: "kept" } })
  })

  it("has no place in what is no authorizer event", () => {
    expect(withCredential({ version: "2.0", headers: {} }, "Bearer x")).toBeUndefined()
  })
})
