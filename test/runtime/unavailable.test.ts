import { describe, expect, it } from "vitest"
import { okta } from "../../local/issuers/okta.ts"
import { refusalRecord } from "../../local/table/verdict.ts"
import { eventWith, startConfigured, startFunction } from "./functions.ts"

const events = ["rest-token", "rest-request", "http-1.0", "http-2.0", "websocket-connect"]

describe("what cannot be decided is an error other than Unauthorized, and never a Deny, which would be cached", () => {
  it.each(events)("an unreachable key set: %s", async (event) => {
    // Port 9 (discard) of loopback: nothing listens there, so the connection is refused at once.
    const issuers = [{ ...okta.issuer, jwksUri: `http://127.0.0.1:9${okta.keySetPath}` }]
    const lambda = await startConfigured({ unauthorized: "deny" }, { issuers })
    const { answer, error, lines } = await lambda.invoke(await eventWith(event, "good"))
    expect(answer).toBeUndefined()
    expect(error?.errorMessage).toContain("keys_unavailable")
    expect(refusalRecord(lines)).toMatchObject({ outcome: "unavailable", reason: "keys_unavailable" })
  })

  it.each([
    ["is not JSON", "{", "HALLPASS_CONFIG"],
    ["has an unknown member", JSON.stringify({ issuers: [okta.issuer], colour: "red" }), "colour"],
    ["has no issuers", "{}", "issuers"],
  ])("a HALLPASS_CONFIG that %s, which is explained once at the start", async (_, configuration, path) => {
    const lambda = await startFunction({ HALLPASS_CONFIG: configuration })
    const { answer, error, lines } = await lambda.invoke(await eventWith("rest-token", "good"))
    expect(answer).toBeUndefined()
    expect(error?.errorMessage).toContain("configuration_invalid")
    expect(refusalRecord(lines)).toMatchObject({ outcome: "unavailable", reason: "configuration_invalid" })
    expect(lambda.initLines).toMatchObject([{ level: "ERROR", message: "configuration refused", problems: [{ path }] }])
  })

  it("an event of no known kind", async () => {
    const lambda = await startConfigured({ unauthorized: "deny" })
    const { answer, error, lines } = await lambda.invoke({ hello: 1 })
    expect(answer).toBeUndefined()
    expect(error?.errorMessage).toContain("event_unknown")
    expect(refusalRecord(lines)).toMatchObject({ outcome: "unavailable", reason: "event_unknown" })
  })
})
