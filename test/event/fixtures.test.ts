import { describe, expect, it } from "vitest"
import { createAuthorizer } from "../../src/index.ts"
import type { DecisionRecord } from "../../src/types/decision.ts"
import type { EventKind } from "../../src/types/request.ts"
import { oidcIssuer } from "../support/config.ts"
import { fixtureNames, readFixture } from "../support/fixtures.ts"
import { clock, mint } from "../support/mint.ts"

type Event = { readonly [name: string]: unknown }

/** Authorizer inputs and their kind. Every other file is an integration event or an authorizer's answer. */
const inputs: { readonly [file: string]: EventKind } = {
  "aws-lambda-go__apigw-v2-custom-authorizer-v1-request.json": "http-1.0",
  "aws-lambda-java__apigw_auth.json": "http-1.0",
  "aws-lambda-rust__example-apigw-v2-custom-authorizer-v1-request.json": "http-1.0",
  "powertools-py__apiGatewayAuthorizerRequestEvent.json": "http-1.0",
  "aws-lambda-go__apigw-v2-custom-authorizer-v2-request.json": "http-2.0",
  "aws-lambda-java__apigw_auth_v2.json": "http-2.0",
  "aws-lambda-rust__example-apigw-v2-custom-authorizer-v2-request-without-cookies.json": "http-2.0",
  "aws-lambda-rust__example-apigw-v2-custom-authorizer-v2-request-without-identity-source.json": "http-2.0",
  "powertools-py__apiGatewayAuthorizerV2Event.json": "http-2.0",
  "powertools-ts__apigw-http__authorizer-request.json": "http-2.0",
  "aws-lambda-go__apigw-custom-auth-request-type-request.json": "rest-request",
  "aws-sam-cli__ApiGatewayRestRequestAuthorizer.json": "rest-request",
  "powertools-ts__apigw-rest__authorizer-request.json": "rest-request",
  "aws-sam-cli__ApiGatewayAuthorizer.json": "rest-token",
  "powertools-py__apiGatewayAuthorizerTokenEvent.json": "rest-token",
  "powertools-ts__apigw-rest__authorizer-token.json": "rest-token",
  "aws-lambda-rust__example-apigw-v2-custom-authorizer-websocket-request.json": "websocket",
  "powertools-ts__apigw-websocket__connectEvent.json": "websocket",
}

/** Inputs whose ARN is no deployed API's: placeholders of a template, and the stage `*` of a console test. */
const undeployed = [
  "aws-sam-cli__ApiGatewayAuthorizer.json",
  "aws-sam-cli__ApiGatewayRestRequestAuthorizer.json",
  "powertools-py__apiGatewayAuthorizerTokenEvent.json",
]

const files = fixtureNames("apigw")
const records: DecisionRecord[] = []
const observer = { decision: (record: DecisionRecord) => void records.push(record) }
const authorizer = createAuthorizer({ issuers: [oidcIssuer()] }, { clock, observer })
const bearer = `Bearer ${mint()}`

/** The event with a good credential in its place, and as the identity source, where the kind of event shows that. */
function withCredential(event: Event, kind?: EventKind): Event {
  if (kind === "http-1.0") return { ...withCredential(event), identitySource: bearer, authorizationToken: bearer }
  if (kind === "http-2.0") return { ...withCredential(event), identitySource: [bearer] }
  if (event.type === "TOKEN") return { ...event, authorizationToken: bearer }
  const without = (value: unknown): Event =>
    Object.fromEntries(Object.entries(value ?? {}).filter(([name]) => name.toLowerCase() !== "authorization"))
  return {
    ...event,
    headers: { ...without(event.headers), authorization: bearer },
    ...(event.multiValueHeaders === undefined
      ? {}
      : { multiValueHeaders: { ...without(event.multiValueHeaders), authorization: [bearer] } }),
  }
}

/** What `decide` says, and the record of the same event that the handler's observer got. */
async function seen(event: Event): Promise<{ outcome: string; reason: string; eventKind: string | undefined }> {
  const { outcome, reason } = await authorizer.decide(event)
  records.length = 0
  await authorizer.handler(event).catch(() => undefined)
  expect(records).toMatchObject([{ outcome, reason }])
  return { outcome, reason, eventKind: records[0]?.eventKind }
}

describe("recorded and documented events", () => {
  it("every file of the table is there, and the folder holds events of other kinds too", () => {
    expect(files).toEqual(expect.arrayContaining(Object.keys(inputs)))
    expect(files.length).toBe(76)
  })

  describe.each(Object.entries(inputs))("%s", (file, kind) => {
    const event = readFixture<Event>(`apigw/${file}`)
    const deployed = !undeployed.includes(file)

    it(`is read as ${kind}`, async () => {
      const { outcome, reason, eventKind } = await seen(event)
      expect(eventKind).toBe(kind)
      expect(outcome).toBe(deployed ? "unauthenticated" : "unavailable") // a Deny for such an ARN would be kept
      // The samples hold no JWT: there is nothing in the header, or something that is no token.
      expect(reason).toMatch(deployed ? /^(?:credential_missing|credential_malformed|token_opaque)$/ : /^arn_invalid$/)
    })

    it(deployed ? "is allowed with a good token" : "is undecided with a good token, for its ARN", async () => {
      expect(await seen(withCredential(event, kind))).toEqual(
        deployed
          ? { outcome: "allow", reason: "ok", eventKind: kind }
          : { outcome: "unavailable", reason: "arn_invalid", eventKind: kind },
      )
    })
  })

  it.each(Object.entries(inputs).filter(([, kind]) => kind.startsWith("http")))(
    "6: %s with a credential that is not among its identity sources is undecided with a TTL, and allowed without",
    async (file) => {
      const event = withCredential(readFixture<Event>(`apigw/${file}`))
      expect(await authorizer.decide(event)).toEqual({ outcome: "unavailable", reason: "gateway_mismatch" })
      const uncached = createAuthorizer({ issuers: [oidcIssuer()], gateway: { resultTtlSeconds: 0 } }, { clock })
      expect(await uncached.decide(event)).toMatchObject({ outcome: "allow" })
    },
  )

  it.each(Object.keys(inputs))("SR-151: %s is no authorizer event under another type, or without one", async (file) => {
    const { type: _type, ...untyped } = withCredential(readFixture<Event>(`apigw/${file}`))
    for (const type of [undefined, null, "", "request", "OTHER", ["REQUEST"]]) {
      const reason = "event_unknown"
      expect(await authorizer.decide({ ...untyped, type })).toMatchObject({ outcome: "unavailable", reason })
    }
  })

  it.each(files.filter((file) => !(file in inputs)))("SR-151: %s is no authorizer event", async (file) => {
    const event = readFixture<Event>(`apigw/${file}`)
    for (const candidate of [event, withCredential(event)]) {
      expect(await seen(candidate)).toEqual({ outcome: "unavailable", reason: "event_unknown", eventKind: undefined })
    }
    await expect(authorizer.handler(event)).rejects.toMatchObject({ name: "Unavailable", code: "event_unknown" })
  })
})
