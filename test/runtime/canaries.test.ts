import { afterAll, describe, expect, it } from "vitest"
import type { TokenName } from "../../local/issuers/tokens.ts"
import { configurationFor } from "../../local/table/configuration.ts"
import type { GatewayEvent } from "../../local/table/event.ts"
import { canariesIn, plant } from "../support/canaries.ts"
import { eventWith, issuer } from "./functions.ts"
import { startOverheard } from "./overheard.ts"

// The deployed bundle with everything recorded: whatever is in an event, a variable or a secret, none of it is in the
// output of the process, from its start to its end.

const kinds = ["rest-token", "rest-request", "http-1.0", "http-2.0", "websocket-connect"]
const names: readonly TokenName[] = ["good", "wrong-scope", "expired", "wrong-audience", "tampered", "missing"]
const secret = "canary-Horse-Battery-Staple-0123456789"
const config = {
  ...configurationFor([issuer], { resultTtlSeconds: 0 }),
  edge: {
    role: "identity",
    headers: { user: "x-edge-user" },
    evidence: [
      { vpceIds: ["vpce-0a1b2c3d4e5f67890"], secret: { header: "x-origin-verify", values: { env: "ORIGIN_SECRETS" } } },
    ],
  },
}
const recording = { HALLPASS_SAMPLE_ALLOWS: "1", HALLPASS_AUDIT: "ocsf", HALLPASS_FLUSH_AFTER_SECONDS: "0" }
plant(secret)

const planted = {
  ...{ "X-Canary": "canary", "User-Agent": "canary/1.0", Cookie: "session=canary", traceparent: "00-canary" },
  ...{ "X-Amzn-Trace-Id": "Root=1-canary", "X-Forwarded-For": "canary" },
}

/** The event with canaries wherever a caller can write, in each form that this kind of event has for it. */
function withCanaries(event: GatewayEvent): GatewayEvent {
  if (event.type === "TOKEN") return event
  const lists = Object.fromEntries(Object.entries(planted).map(([name, value]) => [name, [value]]))
  return {
    ...event,
    headers: { ...(event.headers as object), ...planted },
    ...("multiValueHeaders" in event
      ? { multiValueHeaders: { ...(event.multiValueHeaders as object), ...lists } }
      : {}),
    queryStringParameters: { canary: "canary" },
    ...("cookies" in event || event.version === "2.0"
      ? { cookies: ["session=canary"], rawQueryString: "canary=canary" }
      : {}),
    body: "canary",
  }
}

describe("the output of the deployed bundle", () => {
  const outputs: string[] = []
  afterAll(() => expect(outputs.length).toBe(2))

  it.each([
    ["without an edge", JSON.stringify({ ...config, edge: undefined })],
    ["with an edge", JSON.stringify(config)],
  ])("holds no part of any event, %s", async (what, HALLPASS_CONFIG) => {
    const lambda = await startOverheard({ ...recording, HALLPASS_CONFIG, ORIGIN_SECRETS: secret })
    const reasons = new Set<unknown>()
    for (const kind of kinds) {
      for (const name of names) {
        const event = withCanaries(await eventWith(kind, name))
        const { lines } = await lambda.invoke(event)
        for (const { reason } of lines) reasons.add(reason)
      }
    }
    if (what === "with an edge") {
      const bare = await eventWith("rest-request", "missing")
      const { identity, ...context } = bare.requestContext as { identity: object }
      const vpceId = "vpce-0a1b2c3d4e5f67890"
      const event: GatewayEvent = { ...bare, requestContext: { ...context, identity: { ...identity, vpceId } } }
      const sent = { "x-edge-user": "canary-user", "x-origin-verify": secret }
      for (const more of [{}, { x_edge_user: "canary" }, { "x-origin-verify": "canary" }]) {
        const headers = { ...(event.headers as object), ...sent, ...more }
        const { lines } = await lambda.invoke({ ...event, headers, multiValueHeaders: undefined })
        for (const { reason } of lines) reasons.add(reason)
      }
      expect([...reasons]).toEqual(expect.arrayContaining(["edge_header_alias", "edge_secret_invalid"]))
    }
    for (const event of ["canary", { canary: "canary" }, { type: "TOKEN", methodArn: "canary" }])
      await lambda.invoke(event)
    await lambda.terminate()
    outputs.push(lambda.output())
    expect(canariesIn(lambda.output())).toEqual([])
    expect([...reasons]).toEqual(expect.arrayContaining(["token_expired", "signature_invalid", "audience_mismatch"]))
    expect(lambda.output()).toContain('"class_uid":6003')
  })
})

describe("the output of a start that fails", () => {
  it.each<[string, { readonly [name: string]: string }]>([
    ["a configuration that is not JSON", { HALLPASS_CONFIG: '{"canary' }],
    [
      "one whose values are wrong",
      { HALLPASS_CONFIG: JSON.stringify({ ...config, issuers: [{ provider: "canary", domain: "canary" }] }) },
    ],
    ["a secret that is unusable", { HALLPASS_CONFIG: JSON.stringify(config), ORIGIN_SECRETS: "canary" }],
    [
      "variables that are wrong",
      {
        HALLPASS_PROVIDER: "okta",
        HALLPASS_DOMAIN: "canary/canary",
        HALLPASS_ROUTES: "canary",
        HALLPASS_AUDIT: "canary",
      },
    ],
  ])("holds no value of %s", async (_, environment) => {
    const lambda = await startOverheard({ ...recording, ...environment })
    const event = await eventWith("rest-request", "good")
    const { error } = await lambda.invoke({
      ...event,
      headers: { ...(event.headers as object), "x-origin-verify": secret },
    })
    expect(canariesIn(JSON.stringify(error ?? {}))).toEqual([])
    await lambda.terminate()
    expect(canariesIn(lambda.output())).toEqual([])
    expect(lambda.output()).toMatch(/"level":"(?:ERROR|WARN|INFO)"/)
  })
})
