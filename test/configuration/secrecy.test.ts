import { afterEach, describe, expect, it, vi } from "vitest"
import {
  type AuthorizerConfig,
  ConfigurationError,
  configFromEnvironment,
  createAuthorizer,
  loadFromEnvironment,
} from "../../src/index.ts"
import { oidcIssuer } from "../support/config.ts"
import { testKey } from "../support/keys.ts"
import { sampleConfigurations } from "./sample-configurations.ts"

const canary = "canary-5eC7e7"
type Path = readonly (string | number)[]

function problemsOf(config: unknown): ConfigurationError["problems"] {
  try {
    createAuthorizer(config as AuthorizerConfig)
    return []
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems
    throw error
  }
}

/** Every value of a configuration: options, their parts, and blocks. */
function valuesIn(value: unknown, path: Path = []): readonly Path[] {
  const own = path.length > 0 ? [path] : []
  if (typeof value !== "object" || value === null) return own
  const members = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
  return [...own, ...members.flatMap(([key, inner]) => valuesIn(inner, [...path, key]))]
}

function setAt(root: object, path: Path, value: unknown): void {
  let at = root as { [key: string | number]: unknown }
  for (const key of path.slice(0, -1)) at = at[key] as typeof at
  at[path.at(-1) ?? ""] = value
}

afterEach(() => vi.unstubAllEnvs())

describe("14-4: what a problem shows", () => {
  it("of all configured values, only the addresses of issuers", () => {
    const shown = new Set<string>()
    let refused = 0
    for (const sample of sampleConfigurations()) {
      for (const path of valuesIn(sample)) {
        for (const wrong of [canary, `https://${canary}`, ` ${canary}`, [canary], { x: canary }]) {
          const config = structuredClone(sample)
          setAt(config, path, wrong)
          const problems = problemsOf(config)
          if (problems.length > 0) refused++
          if (problems.some((problem) => `${problem.path} ${problem.message}`.includes(canary)))
            shown.add(path.filter((key) => typeof key === "string").join("."))
        }
      }
    }
    expect([...shown]).toEqual(["issuers.issuer"])
    expect(refused).toBeGreaterThan(500)
  })

  it("no key material: a private key, a symmetric one, a PEM file, and a secret in the place of its reference", () => {
    const { jwk } = testKey("rsa")
    const evidence = [
      { hmac: { header: "x-s", keys: canary } },
      { hmac: { header: "x-s", keys: { env: ` ${canary}` } } },
    ]
    const config = {
      issuers: [
        oidcIssuer({ jwks: { keys: [{ ...jwk, d: canary }] } }),
        oidcIssuer({ issuer: "https://other.example", jwks: { keys: [{ kty: "oct", k: canary }] } }),
      ],
      keys: { ca: `-----BEGIN CERTIFICATE-----\n${canary}\n-----END CERTIFICATE-----` },
      gateway: { resultTtlSeconds: 0 },
      edge: { role: "attributes", headers: { user: "x-u" }, evidence },
    }
    const problems = problemsOf(config)
    expect(problems.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        "keys.ca",
        "issuers[0].jwks.keys[0]",
        "issuers[1].jwks.keys[0]",
        "edge.evidence[0].hmac.keys",
      ]),
    )
    expect(JSON.stringify(problems)).not.toContain(canary)
  })

  it("no value of a variable: one that a reference names, and each that configures the function", async () => {
    vi.stubEnv("ORIGIN_SECRETS", canary)
    const secret = { header: "x-s", values: { env: "ORIGIN_SECRETS" } }
    const edge = { role: "identity", headers: { user: "x-u" }, evidence: [{ secret, cidrs: ["192.0.2.0/24"] }] }
    const weak = problemsOf({ issuers: [], edge, gateway: { resultTtlSeconds: 0 } })
    expect(weak.map(({ path }) => path)).toEqual(["edge.evidence[0].secret.values.env"])
    expect(JSON.stringify(weak)).not.toContain(canary)

    const variables = ["CONFIG", "PROVIDER", "ROUTES", "EDGE", "JWKS", "RESPONSES", "RESULT_TTL_SECONDS", "AUDIT"]
    for (const name of variables) {
      const environment = { HALLPASS_PROVIDER: "okta", HALLPASS_DOMAIN: "acme.okta.com", HALLPASS_AUDIENCE: "a" }
      const whole = name === "CONFIG" ? { HALLPASS_CONFIG: canary } : { ...environment, [`HALLPASS_${name}`]: canary }
      const error = await loadFromEnvironment(whole).catch((refused: unknown) => refused)
      expect(error, name).toBeInstanceOf(ConfigurationError)
      expect((error as ConfigurationError).message, name).not.toContain(canary)
    }
    expect(() => configFromEnvironment({ HALLPASS_CONFIG: `{"a": "${canary}", "a": 1}` })).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining(canary) }),
    )
  })
})
