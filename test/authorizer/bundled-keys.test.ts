import { describe, expect, it } from "vitest"
import { type AuthorizerConfig, ConfigurationError, loadFromEnvironment } from "../../src/index.ts"
import type { KeySetRecord, Observer } from "../../src/types/observer.ts"
import { oidcIssuer } from "../support/config.ts"
import { restToken } from "../support/events.ts"
import { mint, nowSeconds } from "../support/mint.ts"

const clock = (): number => nowSeconds * 1000
const other = { ...oidcIssuer(), issuer: "https://other.example/" }
const unusable = { ...other, jwks: { keys: [{ kty: "EC", crv: "P-256", x: "A".repeat(43), y: "A".repeat(43) }] } }

/** The records of key sets of the configuration that an observer gets. */
function listening(): { told: KeySetRecord[]; observer: Observer } {
  const told: KeySetRecord[] = []
  return { told, observer: { keySet: (record) => void told.push(record) } }
}

describe("19.3: keys of a bundled configuration", () => {
  it("are read with the first token of their issuer, and told then", async () => {
    const { told, observer } = listening()
    const config = { issuers: [oidcIssuer(), other] } as AuthorizerConfig
    const { decide } = await loadFromEnvironment({}, config, { clock, observer })
    expect(told).toEqual([])
    expect(await decide(restToken(`Bearer ${mint()}`))).toMatchObject({ outcome: "allow" })
    expect(await decide(restToken(`Bearer ${mint()}`))).toMatchObject({ outcome: "allow" })
    expect(told).toEqual([expect.objectContaining({ usable: 1, skipped: {} })])
  })

  it("that cannot be used refuse the tokens of their issuer, and no others", async () => {
    const config = { issuers: [oidcIssuer(), unusable] } as AuthorizerConfig
    const { decide } = await loadFromEnvironment({}, config, { clock })
    expect(await decide(restToken(`Bearer ${mint()}`))).toMatchObject({ outcome: "allow" })
    expect(await decide(restToken(`Bearer ${mint({ iss: other.issuer })}`))).toMatchObject({
      outcome: "unauthenticated",
      reason: "key_unknown",
    })
  })

  it("are looked at when the start reads them from the environment", async () => {
    const HALLPASS_CONFIG = JSON.stringify({ issuers: [oidcIssuer(), unusable] })
    await expect(loadFromEnvironment({ HALLPASS_CONFIG }, undefined, { clock })).rejects.toThrow(ConfigurationError)
  })
})
