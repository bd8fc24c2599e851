import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, describe, expect, it, vi } from "vitest"
import { parseAllDocuments } from "yaml"
import { istioProblems } from "../mesh/schemas.ts"
import { block, configOf, newKey, reader } from "../support/assertion.ts"
import { command, file, folder } from "./in-process.ts"

const [key, next] = [newKey(), newKey()]
const config = configOf({ keys: [{ env: "MESH_KEY" }, { env: "MESH_NEXT" }] })
const sound = file("jwks.json", config)
const { assertion: _, ...without } = config
const bare = file("jwks-without.json", without)
const set = { keys: [key.published, next.published] }

function withKeys(): void {
  vi.stubEnv("MESH_KEY", key.pem)
  vi.stubEnv("MESH_NEXT", JSON.stringify(next.jwk))
}
afterEach(() => vi.unstubAllEnvs())

describe("18-4: hallpass jwks", () => {
  it.each([[[]], [["--json"]]])("prints the key set, public members only %j", async (flags) => {
    withKeys()
    const { code, stdout, stderr } = await command(["jwks", "--config", sound, ...flags])
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    expect(JSON.parse(stdout)).toEqual(set)
    expect(stdout).not.toContain(key.jwk.d)
  })

  it("writes a file, which export istio reads", async () => {
    withKeys()
    const out = join(folder, "mesh-keys.json")
    expect((await command(["jwks", "--config", sound, "--out", out])).code).toBe(0)
    expect(JSON.parse(readFileSync(out, "utf8"))).toEqual(set)
    const { code, stdout } = await command(["export", "istio", "--config", sound, "--assertion-keys", out])
    expect(code).toBe(0)
    const documents = parseAllDocuments(stdout).map((each) => each.toJS() as { spec: { jwtRules?: object[] } })
    for (const document of documents) expect(istioProblems(document)).toEqual([])
    expect(documents[0]?.spec.jwtRules).toEqual([
      expect.objectContaining({ issuer: block.issuer, jwks: JSON.stringify(set) }),
    ])
  })

  it("a configuration without assertions is wrong: exit 2", async () => {
    const { code, stdout, stderr } = await command(["jwks", "--config", bare])
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(stderr).toContain("assertion is missing")
  })

  it("a key that is not there is exit 2 for a variable, exit 1 for a secret, and prints no set", async () => {
    vi.stubEnv("MESH_KEY", key.pem)
    const variable = await command(["jwks", "--config", sound])
    expect({ code: variable.code, stdout: variable.stdout }).toEqual({ code: 2, stdout: "" })
    expect(variable.stderr).toContain("assertion.keys[1].env")
    vi.stubEnv("AWS_SESSION_TOKEN", "test")
    vi.stubEnv("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", "1")
    vi.stubEnv("AWS_REGION", "eu-west-1")
    vi.stubEnv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    vi.stubEnv("AWS_ACCESS_KEY_ID", "test")
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test")
    const remote = file("jwks-remote.json", configOf({ keys: [{ env: "MESH_KEY" }, { ssm: "/mesh/next" }] }))
    const { code, stdout, stderr } = await command(["jwks", "--config", remote])
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
    expect(stderr).toMatch(/FAILED {3}ssm:\/mesh\/next \(\w+\)\nNo key set was printed/)
  })
})

describe("18-4: the other commands", () => {
  it("explain and test need no key: they make no assertions", async () => {
    const remote = file("assertion-remote.json", configOf({}, { secrets: { timeoutMs: 100 } }))
    const request = ["--request", "GET /orders/7"]
    const explained = await command([
      "explain",
      "--config",
      remote,
      "--token",
      reader,
      "--at",
      "1790000001",
      ...request,
    ])
    expect(explained.code).toBe(0)
    const cases = file("assertion-cases.json", {
      callers: { reader: { claims: { scp: ["orders:read"] } } },
      tests: [{ caller: "reader", request: "GET /orders/7", expect: "allow" }],
    })
    expect((await command(["test", cases, "--config", remote])).code).toBe(0)
  })

  it("generate mappings hands it on, over a header that the client sent", async () => {
    const { code, stdout } = await command(["generate", "mappings", "--config", file("mapped.json", configOf())])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      rest: { "integration.request.header.X-Hallpass-Assertion": "context.authorizer.assertion" },
      http: { "overwrite:header.x-hallpass-assertion": "$context.authorizer.assertion" },
    })
  })

  it("export takes --assertion-keys for Istio only, and no private key", async () => {
    withKeys()
    const own = file("private.json", { keys: [{ ...key.published, d: key.jwk.d }] })
    const refused = await command(["export", "istio", "--config", sound, "--assertion-keys", own])
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain("--assertion-keys must be an http(s) address, or a key set of public EC keys")
    expect(refused.stderr).not.toContain(String(key.jwk.d))
    const other = await command(["export", "envoy", "--config", sound, "--assertion-keys", own])
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining("goes with istio only")])
    const both = ["export", "istio", "--config", sound, "--assertion-keys", own, "--inline-keys"]
    expect(await command(both)).toMatchObject({ code: 2, stderr: expect.stringContaining("leave --inline-keys out") })
  })
})
