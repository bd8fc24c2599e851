import { createHash } from "node:crypto"
import { describe, expect, it, vi } from "vitest"
import { createAuthorizer } from "../../src/index.ts"
import { createPowertoolsObserver } from "../../src/observe.ts"
import { createTestIssuer } from "../../src/testing.ts"
import { restToken } from "../support/events.ts"
import { captureOutput, type Line } from "../support/output.ts"
import { command, file } from "./in-process.ts"

const okta = createTestIssuer({ provider: "okta", domain: "acme.okta.com", audience: "api://orders" })
const entra = createTestIssuer({
  ...{ provider: "entra", tenant: "4b1d7f60-3a52-4c8e-9d21-5e6f7a8b9c0d" },
  audience: "8e2c5a14-7b3d-4f96-a0c8-1d2e3f4a5b6c",
})
const oktaFile = file("okta.json", { issuers: [okta.config] })
const entraFile = file("entra.json", { issuers: [entra.config] })

/** What the authorizer's record says of a token. */
async function recorded(config: typeof okta.config, token: string): Promise<Line | undefined> {
  const output = captureOutput()
  const observer = createPowertoolsObserver({ sampleAllows: 1 })
  await createAuthorizer({ issuers: [config] }, { observer }).handler(restToken(`Bearer ${token}`))
  await observer.recorded()
  vi.restoreAllMocks()
  return output.records().at(-1)
}

describe("15-9: hallpass hash", () => {
  it("prints the hash of an issuer and a subject", async () => {
    const { code, stdout } = await command(["hash", "https://acme.okta.com/oauth2/default", "ann@example.com"])
    const expected = createHash("sha256").update("https://acme.okta.com/oauth2/default|ann@example.com").digest("hex")
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${expected.slice(0, 16)}\n` })
    const words = ["hash", "--issuer", "https://acme.okta.com/oauth2/default", "--subject", "ann@example.com", "--json"]
    expect(JSON.parse((await command(words)).stdout)).toEqual({
      hash: expected.slice(0, 16),
      id: "https://acme.okta.com/oauth2/default|ann@example.com",
    })
  })

  it.each([
    ["okta", okta, oktaFile],
    ["entra, whose callers are tid and oid", entra, entraFile],
  ])("is what the function's record says: %s", async (_, issuer, config) => {
    const token = issuer.token()
    const { stdout, code } = await command(["hash", "--token", token, "--config", config, "--json"])
    const details = await recorded(issuer.config, token)
    expect(code).toBe(0)
    expect(details?.principal).toMatch(/^[0-9a-f]{16}$/)
    expect(JSON.parse(stdout)).toMatchObject({ hash: details?.principal, tokenHash: details?.tokenHash })
  })

  it("takes a token without its configuration, expired or not, and with its scheme", async () => {
    const token = okta.token({}, ["expired"])
    const { stdout } = await command(["hash", "--token", `Bearer ${token}`])
    expect(stdout).toMatch(/^principal {2}[0-9a-f]{16} {2}https:\/\/acme.okta.com\/oauth2\/default\|ann@example.com\n/)
    expect(stdout).toMatch(/\ntokenHash {2}[0-9a-f]{16} {2}this token\n$/)
  })

  const claims = (payload: string) => `e30.${Buffer.from(payload).toString("base64url")}.AA`
  it.each<[string, string[], string]>([
    ["nothing", [], "an issuer and a subject are needed, or --token"],
    ["no subject", ["https://a.example"], "an issuer and a subject are needed"],
    ["both", ["https://a.example", "b", "--token", okta.token()], "not both"],
    ["an issuer twice", ["https://a.example", "b", "--issuer", "c"], "must be given once"],
    ["a configuration without a token", ["a", "b", "--config", oktaFile], "--config goes with --token"],
    ["an issuer with a bar", ["a|b", "c"], "no caller has this issuer and subject"],
    ["no token", ["--token", "abc"], "is no JWT"],
    ["a payload that is no JSON", ["--token", claims("{")], "holds no JSON object"],
    ["a payload that is a list", ["--token", claims("[1]")], "holds no JSON object"],
    ["a huge token", ["--token", claims(`{"a":"${"x".repeat(20_000)}"}`)], "is no JWT"],
    ["no subject in the token", ["--token", claims('{"iss":"a"}')], "no iss or no sub"],
    ["another issuer", ["--token", okta.token(), "--config", entraFile], "no issuer of the configuration"],
  ])("%s is one line and exit code 2, and the token is not repeated", async (_, words, text) => {
    const { code, stdout, stderr } = await command(["hash", ...words])
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(stderr).toContain(text)
    expect(stderr).toMatch(/^[^\n]+\n$/)
    expect(stderr).not.toContain("e30.")
  })

  it("no sequence of a claim reaches the terminal", async () => {
    const token = claims(JSON.stringify({ iss: "https://a.example", sub: "a\u001b[31mb" }))
    const { stdout } = await command(["hash", "--token", token])
    expect(stdout).toContain("a%1B[31mb")
  })
})
