import { describe, expect, it } from "vitest"
import type { KeyFetchRecord } from "../../src/index.ts"
import { createVerifier } from "../../src/verify.ts"
import { oidcIssuer } from "../support/config.ts"
import { clock, mint } from "../support/mint.ts"

async function failureOf(fetchKeySet: () => Promise<never>): Promise<KeyFetchRecord | undefined> {
  const { jwks: _inline, ...issuer } = oidcIssuer({ jwksUri: "https://issuer.example:8443/keys" })
  const records: KeyFetchRecord[] = []
  const parts = { clock, fetchKeySet, observer: { keyFetch: (record: KeyFetchRecord) => void records.push(record) } }
  await createVerifier({ issuers: [issuer] }, parts)
    .verify(mint())
    .catch(() => undefined)
  return records[0]
}

const failing = (code: string) => () => Promise.reject(Object.assign(new Error("canary"), { code }))

describe("15.4: a failed fetch says why", () => {
  it.each(["ENOTFOUND", "ECONNREFUSED", "CERT_HAS_EXPIRED", "DEPTH_ZERO_SELF_SIGNED_CERT"])("code %s", async (code) => {
    expect(await failureOf(failing(code))).toEqual({
      ...{ issuer: oidcIssuer().issuer, ok: false, failure: "network" },
      ...{ host: "issuer.example:8443", code },
    })
  })

  it("the status, and nothing that the server sent", async () => {
    const answer = { status: 403, headers: { server: "canary" }, body: "canary" }
    const record = await failureOf(() => Promise.resolve(answer) as Promise<never>)
    expect(record).toMatchObject({ failure: "status", status: 403, host: "issuer.example:8443" })
    expect(JSON.stringify(record)).not.toContain("canary")
  })

  it.each(["canary text", "e", "", 7 as never])("no code that is none: %j", async (code) => {
    expect(JSON.stringify(await failureOf(failing(code)))).not.toContain("canary")
  })
})
