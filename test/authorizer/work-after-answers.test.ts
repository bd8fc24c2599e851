import { beforeAll, describe, expect, it } from "vitest"
import {
  createAuthorizer,
  type DecisionRecord,
  type FetchedDocument,
  loadAuthorizer,
  type Observer,
} from "../../src/index.ts"
import { oidcIssuer } from "../support/config.ts"
import { http2 } from "../support/events.ts"
import { testKey } from "../support/keys.ts"
import { clock, mint, nowSeconds } from "../support/mint.ts"

const { jwks: _inline, ...issuer } = oidcIssuer({ jwksUri: "https://issuer.example/keys" })
const keys = [testKey("rsa", "1").jwk]
const keySnapshot = { takenAt: new Date(nowSeconds * 1000 - 60_000).toISOString(), sets: { [issuer.issuer]: { keys } } }
const event = http2(`Bearer ${mint()}`, { path: "/x" })
const config = { issuers: [issuer], gateway: { resultTtlSeconds: 0 } }

// Loaded beforehand: what counts here are turns of the event loop, and the first import takes some.
beforeAll(() => import("../../src/keys/network.ts"))

/** An authorizer whose first answer leaves a refresh to be done, and how often it fetched. */
function beginning(observer: Observer = {}) {
  const fetched: string[] = []
  const fetchKeySet = async (url: string): Promise<FetchedDocument> => {
    fetched.push(url)
    return { status: 200, headers: {}, body: JSON.stringify({ keys }) }
  }
  return { ...createAuthorizer(config, { clock, fetchKeySet, keySnapshot, observer }), fetched }
}
async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve))
}

describe("a refresh behind an answer", () => {
  it("leaves the runtime client the turns of the event loop in which it posts the answer", async () => {
    const { handler, fetched } = beginning()
    expect(await handler(event, {})).toHaveProperty("policyDocument")
    await turns(9)
    expect(fetched).toEqual([])
    await turns(5)
    expect(fetched).toHaveLength(1)
  })

  it("waits for what the handler waits for, too", async () => {
    let write: () => void = () => undefined
    const writing = new Promise<void>((resolve) => {
      write = resolve
    })
    const { handler, fetched } = beginning({ recorded: () => writing })
    await handler(event, {})
    await turns(30)
    expect(fetched).toEqual([])
    write()
    await turns(14)
    expect(fetched).toHaveLength(1)
  })

  it.each([
    [
      "throws",
      {
        recorded: () => {
          throw new Error("sink down")
        },
      },
    ],
    ["rejects", { recorded: () => Promise.reject(new Error("sink down")) }],
  ])("follows though the observer's recorded() %s", async (_how, observer) => {
    const { handler, fetched } = beginning(observer)
    await handler(event, {})
    await turns(14)
    expect(fetched).toHaveLength(1)
  })

  it("follows a refusal and a decision as data, too", async () => {
    const { handler, decide, fetched } = beginning()
    // A key that the set does not have is worth a fetch of its own, and what waits behind the answer finds it done.
    const foreign = http2(`Bearer ${mint({}, { key: testKey("rsa", "2") })}`, { path: "/x" })
    await expect(handler(foreign, {})).rejects.toThrow()
    await turns(14)
    expect(fetched).toHaveLength(1)
    const other = beginning()
    expect(await other.decide(event)).toMatchObject({ outcome: "allow" })
    await turns(14)
    expect(other.fetched).toHaveLength(1)
    expect(await decide(event)).toMatchObject({ outcome: "allow" })
  })
})

describe("the cache of verified tokens in the deployed handler", () => {
  it("is loaded behind the first answer, and then holds the first token, too", async () => {
    const records: DecisionRecord[] = []
    const decision = (record: DecisionRecord): void => void records.push(record)
    const { handler } = await loadAuthorizer({ ...config, issuers: [oidcIssuer()] }, { clock, observer: { decision } })
    const answers = await Promise.all([handler(event, {}), handler(event, {})])
    expect(records.map(({ tokenCacheHit }) => tokenCacheHit)).toEqual([false, false]) // both before it is there
    while (records.at(-1)?.tokenCacheHit === false) {
      await turns(1)
      answers.push(await handler(event, {}))
    }
    for (const answer of answers) expect(answer).toEqual(answers[0])
  })
})
