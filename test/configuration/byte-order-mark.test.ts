import fs, { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest"
import { ConfigurationError, configFromEnvironment, type FetchedDocument } from "../../src/index.ts"
import { hmacKeysFormat } from "../../src/secret/hmac-keys.ts"
import { sharedSecretsFormat } from "../../src/secret/shared-secrets.ts"
import { createVerifier } from "../../src/verify.ts"
import { keyOne } from "../secret/values.ts"
import { oidcIssuer } from "../support/config.ts"
import { startKeyServer } from "../support/key-server.ts"
import { testKey } from "../support/keys.ts"
import { clock, mint } from "../support/mint.ts"

const bom = "\uFEFF"
const { jwks: _inline, ...remote } = oidcIssuer()

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

describe("2.4: one byte order mark is dropped, and a second one is not", () => {
  it("before HALLPASS_CONFIG and every other variable", () => {
    const config = { issuers: [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }] }
    const text = JSON.stringify(config)
    expect(configFromEnvironment({ HALLPASS_CONFIG: bom + text })).toEqual(config)
    expect(() => configFromEnvironment({ HALLPASS_CONFIG: bom + bom + text })).toThrow(ConfigurationError)
    expect(() => configFromEnvironment({ HALLPASS_CONFIG: bom })).toThrow(ConfigurationError)
    expect(
      configFromEnvironment({
        ...{
          HALLPASS_PROVIDER: `${bom}oidc`,
          HALLPASS_ISSUER: `${bom}https://i.example`,
          HALLPASS_AUDIENCE: `${bom}a, b`,
        },
        ...{ HALLPASS_JWKS: `${bom}{"keys":[]}`, HALLPASS_ROUTES: `${bom}{"GET /orders":{}}` },
      }),
    ).toEqual({
      issuers: [{ provider: "oidc", issuer: "https://i.example", audience: ["a", "b"], jwks: { keys: [] } }],
      routes: { "GET /orders": {} },
      gateway: {},
    })
  })

  it("before a discovery document and a key set", async () => {
    for (const [marks, result] of [
      [bom, "ok"],
      [bom + bom, "keys_unavailable"],
    ] as const) {
      const documents = {
        metadata: JSON.stringify({ issuer: remote.issuer, jwks_uri: "https://issuer.example/keys" }),
        keys: JSON.stringify({ keys: [testKey().jwk] }),
      }
      for (const marked of ["metadata", "keys"] as const) {
        const fetchKeySet = async (url: string): Promise<FetchedDocument> => {
          const name = url.endsWith("/keys") ? "keys" : "metadata"
          return { status: 200, headers: {}, body: (name === marked ? marks : "") + documents[name] }
        }
        const verifier = createVerifier({ issuers: [remote] }, { clock, fetchKeySet })
        const got = await verifier.verify(mint()).then(
          () => "ok",
          (error: { code: string }) => error.code,
        )
        expect(got).toBe(result)
      }
    }
  })

  it("before the value of a secret, JSON or plain", () => {
    const keys = JSON.stringify({ one: keyOne })
    expect(hmacKeysFormat.parse({ current: bom + keys, previous: bom + keys }).has("one")).toBe(true)
    expect(() => hmacKeysFormat.parse({ current: bom + bom + keys })).toThrow("malformed")
    const secret = "Zq8vN2kX7mP4wR1tY6uB3cD5"
    for (const text of [secret, JSON.stringify([secret])]) {
      expect(sharedSecretsFormat.parse({ current: bom + text }).matches(secret)).toBe(true)
      expect(() => sharedSecretsFormat.parse({ current: bom + bom + text })).toThrow("malformed")
    }
  })

  it("before the certificates of keys.ca, in the text and in a file", async () => {
    vi.stubEnv("no_proxy", "127.0.0.1")
    const body = JSON.stringify({ keys: [testKey().jwk] })
    const server = await startKeyServer({ respond: ({ response }) => response.end(body) })
    onTestFinished(() => server.close())
    const folder = mkdtempSync(join(tmpdir(), "hallpass-ca-"))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = join(folder, "ca.pem")
    writeFileSync(file, bom + server.ca)
    for (const ca of [bom + server.ca, file]) {
      const issuers = [{ ...remote, jwksUri: `${server.origin}/keys` }]
      await expect(createVerifier({ issuers, keys: { ca } }, { clock }).verify(mint())).resolves.toHaveProperty("id")
    }
  })
})

describe("2.6: a file of certificates", () => {
  const verifier = (): unknown => createVerifier({ issuers: [{ ...remote, keys: { ca: "/ca.pem" } }] }, { clock })
  it.each([
    ["ENOENT", ConfigurationError],
    ["EISDIR", ConfigurationError],
    ["EIO", "the disk"],
    ["EMFILE", "the disk"],
  ])("that cannot be read because of %s", (code, error) => {
    vi.spyOn(fs, "readFileSync").mockImplementation(() => {
      throw Object.assign(new Error("the disk"), { code, syscall: "open" })
    })
    expect(verifier).toThrow(error)
  })
})
