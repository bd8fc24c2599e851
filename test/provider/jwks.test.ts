import { describe, expect, it } from "vitest"
import type { KeySetRecord } from "../../src/types/observer.ts"
import { createVerifier } from "../../src/verify.ts"
import { allAlgorithms, oidcIssuer } from "../support/config.ts"
import { fixtureNames, readFixture } from "../support/fixtures.ts"
import { clock, issuer, mint } from "../support/mint.ts"
import { remoteVerifier } from "../support/remote.ts"

interface Jwk {
  readonly kid: string
  readonly kty: string
  readonly crv?: string
  readonly alg?: string
  readonly use?: string
}

/** Keys in each published set, and how many of them verify RS256, counted by hand. */
const published: { readonly [file: string]: readonly [keys: number, rs256: number] } = {
  "apple-2024-08": [3, 3],
  "auth0-common-2022-11-12": [2, 2],
  "auth0-docker-2024-10": [2, 2],
  "auth0-docs-customer-demos-2016": [1, 1],
  "auth0-samples-two-keys": [2, 2],
  "cognito-us-east-1-2017": [2, 2],
  "entra-common-v2-2024-10-26": [7, 7],
  "entra-common-v2-flap-1-20240605T1734Z": [11, 11],
  "entra-common-v2-flap-2-20240605T1740Z": [8, 8],
  "entra-common-v2-flap-3-20240605T2008Z": [12, 12],
  "entra-common-v2-max-14keys-2024-07-10": [14, 14],
  "entra-organizations-v2-2024-10-26": [6, 6],
  "entra-v2-2022-11-12": [10, 10], // one of them with a certificate that had expired
  "facebook-2024-10": [2, 2],
  "github-actions-2024": [4, 4],
  "gitlab-2024": [2, 2],
  "google-2022-11-12": [2, 2],
  "google-2024-10-21": [2, 2],
  "google-rotation-1-2024-10-05": [2, 2],
  "google-rotation-2-2024-10-13": [3, 3],
  "google-rotation-3-2024-10-13": [2, 2],
  "google-rotation-4-2024-10-20": [3, 3],
  "keycloak-master-2022-11": [2, 1],
  "kubernetes-self-managed": [2, 2],
  "okta-org-2022-11-12": [2, 2],
  "onelogin-2022-11-12": [1, 1],
  "paypal-2024": [15, 4],
  "pingfederate-pinglabs": [3, 3],
  "slack-2024": [1, 1],
  "vault-2022-11-12": [2, 2],
}

/** What is skipped in the sets that hold more than RS256 keys, and why. */
const skippedForRs256: { readonly [file: string]: KeySetRecord["skipped"] } = {
  "keycloak-master-2022-11": { use: 1 }, // an encryption key
  "paypal-2024": { algorithm: 10, curve: 1 }, // seven keys of P-256, three for PS256; X25519
}

const keysOf = (file: string): readonly Jwk[] => readFixture<{ keys: Jwk[] }>(`idp/jwks/${file}.jwks.json`).keys

function loaded(file: string, algorithms: readonly string[]): KeySetRecord[] {
  const records: KeySetRecord[] = []
  const issuers = [oidcIssuer({ jwks: { keys: keysOf(file) }, algorithms })]
  createVerifier({ issuers }, { clock, observer: { keySet: (record) => void records.push(record) } })
  return records
}

const files = Object.keys(published)

describe("key sets as they are published", () => {
  it("all of them are tried", () => {
    expect(fixtureNames("idp/jwks")).toEqual(files.map((file) => `${file}.jwks.json`))
    expect(files.length).toBe(30)
  })

  it.each(files)("SR-098: %s loads; what cannot be used is skipped one by one", (file) => {
    const [keys, usable] = published[file] ?? []
    expect(keysOf(file)).toHaveLength(keys ?? 0)
    expect(loaded(file, ["RS256"])).toEqual([{ issuer, usable, skipped: skippedForRs256[file] ?? {} }])
  })

  it.each(files)("SR-098: %s loads the same over the network", async (file) => {
    const { verifier, records } = remoteVerifier(keysOf(file))
    await verifier.warmUp()
    expect(records).toEqual([{ issuer, usable: published[file]?.[1], skipped: skippedForRs256[file] ?? {} }])
  })

  it.each(files)("SR-030, SR-048: every signing key of %s is found by its kid, and no other", async (file) => {
    const keys = keysOf(file)
    const { verify } = createVerifier({ issuers: [oidcIssuer({ jwks: { keys } })] }, { clock })
    for (const { kid, kty, alg, use } of keys) {
      const signs = kty === "RSA" && (alg === undefined || alg === "RS256") && use !== "enc"
      // No private key of these sets is known: a key that was found and tried says "invalid", any other "unknown".
      const code = signs ? "signature_invalid" : "key_unknown"
      await expect(verify(mint({}, { header: { kid } }))).rejects.toMatchObject({ code })
      await expect(verify(mint({}, { header: { kid: `${kid}=` } }))).rejects.toMatchObject({ code: "key_unknown" })
    }
  })
})

describe("the set with the most kinds of keys", () => {
  it.each([
    [["PS256"], 3, { algorithm: 11, curve: 1 }],
    [["ES256"], 7, { algorithm: 7, curve: 1 }],
    [["RS256", "PS256", "ES256"], 14, { curve: 1 }],
    [allAlgorithms, 14, { curve: 1 }],
  ])("SR-024: with %j it has %i usable keys", (algorithms, usable, skipped) => {
    expect(loaded("paypal-2024", algorithms)).toEqual([{ issuer, usable, skipped }])
  })

  it("SR-049: with EdDSA alone it has none, and is refused", () => {
    expect(() => loaded("paypal-2024", ["EdDSA"])).toThrow(/issuers\[0\]\.jwks/)
  })
})

describe("the presets with their own providers' sets", () => {
  const tenant = "7c1f0a3e-52b4-4d0b-9a86-0d6f2f1b9c11"
  const audience = "3f0e6a52-9c1d-4b7a-8a55-2d1c0b9e7f60"
  it.each([
    [{ provider: "okta", domain: "acme.okta.com", audience }, "okta-org-2022-11-12"],
    [{ provider: "auth0", domain: "acme.eu.auth0.com", audience }, "auth0-common-2022-11-12"],
    [{ provider: "cognito", userPoolId: "us-east-1_AbCdEf", clientIds: ["c"] }, "cognito-us-east-1-2017"],
    [{ provider: "entra", tenant, audience }, "entra-common-v2-max-14keys-2024-07-10"],
  ] as const)("%j uses every key of %s", (identity, file) => {
    const records: KeySetRecord[] = []
    const issuers = [{ ...identity, jwks: { keys: keysOf(file) } }]
    createVerifier({ issuers }, { clock, observer: { keySet: (record) => void records.push(record) } })
    expect(records).toMatchObject([{ usable: published[file]?.[1], skipped: {} }])
  })
})
