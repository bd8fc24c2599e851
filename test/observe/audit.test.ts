import { readFileSync } from "node:fs"
import { Ajv2020 } from "ajv/dist/2020.js"
import { describe, expect, it } from "vitest"
import { createAuthorizer } from "../../src/index.ts"
import { createPowertoolsObserver } from "../../src/observe.ts"
import type { ObserveOptions } from "../../src/types/configuration.ts"
import { allRefusals } from "../../src/types/reasons.ts"
import { oidcIssuer } from "../support/config.ts"
import { type EventOptions, eventBuilders, eventKinds, http2, restRequest } from "../support/events.ts"
import { clock, issuer, mint } from "../support/mint.ts"
import { allWritten } from "../support/observer.ts"
import { type Line, outputOfEachTest } from "../support/output.ts"

const schema = JSON.parse(
  readFileSync(new URL("../schemas/ocsf-api-activity.schema.json", import.meta.url), "utf8"),
) as object
const isApiActivity = new Ajv2020({ strict: true, strictRequired: false, allErrors: true }).compile(schema)

const output = outputOfEachTest()

/** The lines that are events of the schema, each checked against it. */
function events(): Line[] {
  return output.records().filter((line) => {
    if (!("class_uid" in line)) return false
    expect(isApiActivity(line), JSON.stringify(isApiActivity.errors)).toBe(true)
    return true
  })
}

async function audited(requests: readonly unknown[], observe: ObserveOptions = {}): Promise<Line[]> {
  const observer = createPowertoolsObserver({ clock })
  const { handler } = createAuthorizer(
    {
      issuers: [oidcIssuer()],
      routes: { "ANY /x": {}, "GET /y": { scopes: ["more"] }, $connect: {} },
      gateway: { resultTtlSeconds: 0 },
      observe: { audit: "ocsf", sampleAllows: 1, ...observe },
    },
    { clock, observer },
  )
  for (const request of requests) await handler(request, { awsRequestId: "1" }).catch(() => undefined)
  await allWritten(observer)
  return events()
}

const bearer = `Bearer ${mint({ sub: "00u1" })}`
const with_ = (options: EventOptions) => http2(bearer, { path: "/x", ...options })

describe("an audit event", () => {
  it.each(eventKinds)("fits the schema for events of kind %s, beside the record", async (kind) => {
    const event = eventBuilders[kind](bearer, { path: "/x", template: "/x" })
    const [audit] = await audited([event])
    expect(audit).toMatchObject({ class_uid: 6003, category_uid: 6, time: clock(), status_code: "ok" })
    expect(output.records().filter((line) => line.message === "request allowed" && "level" in line)).toHaveLength(1)
  })

  it("fits the schema for every reason, whatever is known besides", async () => {
    const observer = createPowertoolsObserver({ clock, audit: "ocsf" })
    for (const { outcome, code } of allRefusals()) observer.decision?.({ outcome, reason: code })
    observer.decision?.({ outcome: "unavailable", reason: "configuration_invalid" })
    await allWritten(observer)
    expect(events()).toHaveLength(allRefusals().length + 1)
  })

  it("says who did what from where, and what came of it", async () => {
    const headers = { traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" }
    const [allowed] = await audited([restRequest(bearer, { path: "/x", headers })], { principal: "id" })
    expect(allowed).toEqual({
      metadata: {
        ...{ version: "1.7.0", product: { name: "hallpass", vendor_name: "hallpass" } },
        ...{ correlation_uid: "ZhFsxGQDDoEEMig=", profiles: ["cloud", "security_control", "trace"] },
      },
      ...{ time: clock(), category_uid: 6, class_uid: 6003, activity_id: 2, type_uid: 600302 },
      ...{ severity_id: 1, status_id: 1, action_id: 1, disposition_id: 1 },
      ...{ status_code: "ok", status_detail: "allow", message: "request allowed" },
      actor: { user: { uid: `${issuer}|00u1` }, idp: { uid: issuer, name: issuer } },
      api: {
        ...{ operation: "ANY /x", service: { name: "Amazon API Gateway", uid: "abc123def4" } },
        request: { uid: "141d6671-99b4-40ca-9997-7a22f01eac74" },
      },
      src_endpoint: { ip: "192.0.2.1" },
      cloud: { provider: "AWS", region: "eu-west-1", account: { uid: "123456789012", type_id: 10 } },
      trace: { uid: "4bf92f3577b34da6a3ce929d0e0e4736" },
      unmapped: {
        ...{ stage: "prod", event_kind: "rest-request", extended_request_id: "ZhFsxGQDDoEEMig=" },
        ...{ kid: "rsa-1", token_hash: expect.any(String) },
      },
    })
  })

  it.each([
    ["GET", 2],
    ["HEAD", 2],
    ["POST", 1],
    ["PUT", 3],
    ["PATCH", 3],
    ["DELETE", 4],
    ["OPTIONS", 99],
  ])("takes %s for activity %i", async (method, activity) => {
    const [audit] = await audited([with_({ method })])
    expect(audit).toMatchObject({ activity_id: activity, type_uid: 600300 + activity })
    expect(audit?.activity_name).toBe(activity === 99 ? method : undefined)
  })

  it("of a refusal is a failure that was blocked, and of what cannot be decided an error", async () => {
    const [forbidden, unauthenticated, undecided] = await audited([
      http2(bearer, { path: "/y" }),
      http2("Bearer x.y.z", { path: "/x" }),
      {},
    ])
    expect(forbidden).toMatchObject({
      ...{ status_id: 2, action_id: 2, disposition_id: 2, status_code: "scope_missing", status_detail: "forbidden" },
    })
    expect(unauthenticated).toMatchObject({
      ...{ disposition_id: 2, status_code: "token_malformed", actor: { user: { name: "unknown" } } },
    })
    expect(undecided).toMatchObject({
      ...{ severity_id: 3, disposition_id: 27, status_code: "event_unknown", src_endpoint: { name: "unknown" } },
      ...{ api: { operation: "unknown" }, activity_id: 99 },
    })
  })

  it("is written for the decisions that are recorded, and only where it is asked for", async () => {
    expect(await audited([with_({}), http2("Bearer x.y.z", { path: "/x" })], { sampleAllows: 0 })).toHaveLength(1)
    const before = events().length
    await audited([http2("Bearer x.y.z", { path: "/x" })], { audit: "none" })
    expect(events()).toHaveLength(before)
  })

  it.each(["300.1.1.1 or so", "::1", `${"1".repeat(50)}`])(
    "has a source address only where it is one: %s",
    async (ip) => {
      const event = with_({})
      const { http, ...rest } = event.requestContext as { http: object }
      const [audit] = await audited([{ ...event, requestContext: { ...rest, http: { ...http, sourceIp: ip } } }])
      expect(audit?.src_endpoint).toEqual(ip === "::1" ? { ip } : { name: "unknown" })
    },
  )
})
