import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { buildWithoutAwsClients } from "../support/bundle.ts"
import { type TestKey, testKey } from "../support/keys.ts"
import { type KeyServer, startKeyServer } from "./key-server.ts"
import { buildWithSnapshot, snapshotOf, soon, startWatched, type WatchedFunction } from "./watched.ts"

// Lambda stops an environment between invocations, for seconds or for minutes, with everything that is under way in it;
// here SIGSTOP does the same to the process under the runtime client (SR-106, SR-112).

const [one, two] = [testKey("rsa", "1"), testKey("rsa", "2")]

buildWithoutAwsClients()
let server: KeyServer
beforeEach(async () => {
  server = await startKeyServer()
})
afterEach(() => server.stop())

/** One request with a good token: allowed, or undecided for want of keys. Anything else is an error. */
async function outcomeOf(request: ReturnType<WatchedFunction["request"]>): Promise<"allow" | "unavailable"> {
  const { answer, error } = await request
  if (error === undefined) {
    expect(answer).toMatchObject({ policyDocument: { Statement: [{ Effect: "Allow" }] } })
    return "allow"
  }
  expect(error).toEqual({ errorType: "Unavailable", errorMessage: expect.stringContaining("keys_unavailable") })
  return "unavailable"
}

/** Requests with a token of this key until one is allowed. Between them back-off and cool-down pass. */
async function recovers(lambda: WatchedFunction, key: TestKey): Promise<void> {
  for (let seconds = 0; seconds < 10; seconds++) {
    if ((await outcomeOf(lambda.request(key))) === "allow") return
    lambda.wait()
  }
  expect.unreachable("no request was allowed after the key server had come back")
}

describe("a freeze, longer than the deadline, while a request waits for its key fetch", () => {
  it.each<[string, () => void]>([
    ["the server keeps silent", () => {}],
    ["the server ends the connection", () => server.cut()],
  ])("%s: that request is undecided, so is the next, and later ones work", async (_, meanwhile) => {
    const lambda = await startWatched(server.jwksUri)
    const first = lambda.request(one)
    await soon("the fetch", server.arrived(1))
    await lambda.freeze(meanwhile)
    expect(await outcomeOf(first)).toBe("unavailable")
    expect(await outcomeOf(lambda.request(one))).toBe("unavailable")
    server.serve(one)
    await recovers(lambda, one)
    expect(lambda.faults()).toBe("")
  })

  it("the answer arrives in the meantime: that request settles, and later ones work", async () => {
    const lambda = await startWatched(server.jwksUri)
    const first = lambda.request(one)
    await soon("the fetch", server.arrived(1))
    await lambda.freeze(() => server.serve(one))
    // Whether the deadline or the answer is noticed first after the thaw is the event loop's business.
    expect(["allow", "unavailable"]).toContain(await outcomeOf(first))
    await recovers(lambda, one)
    expect(lambda.faults()).toBe("")
  })
})

it("SR-107: a connection that died while frozen, within the deadline, is tried again on a fresh one", async () => {
  const lambda = await startWatched(server.jwksUri, { timeoutMs: 8000 })
  const first = lambda.request(one)
  await soon("the fetch", server.arrived(1))
  await lambda.freeze(() => {
    server.cut()
    server.serve(one)
  })
  expect(await outcomeOf(first)).toBe("allow")
  expect(server.requests).toBe(2)
  expect(lambda.faults()).toBe("")
})

describe("a freeze while a stale set is refreshed behind an answered request", () => {
  it.each<[string, () => void]>([
    ["the server keeps silent", () => {}],
    ["the server ends the connection", () => server.cut()],
  ])("%s: the next requests are answered, and a later refresh lands", async (_, meanwhile) => {
    // A set out of a snapshot is stale from the start.
    const bundle = await buildWithSnapshot(snapshotOf([one]))
    const lambda = await startWatched(server.jwksUri, {}, bundle)
    expect(await outcomeOf(lambda.request(one))).toBe("allow")
    await soon("the refresh", server.arrived(1))
    await lambda.freeze(meanwhile)
    for (let i = 0; i < 3; i++) expect(await outcomeOf(lambda.request(one))).toBe("allow")

    server.serve(two)
    await recovers(lambda, two)
    // The refreshed set replaced the old one: its key is gone.
    expect((await lambda.request(one)).error).toEqual({ errorType: "Error", errorMessage: "Unauthorized" })
    expect(lambda.faults()).toBe("")
  })
})
