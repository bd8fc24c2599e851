import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { beforeAll, describe, expect, it } from "vitest"
import { sampleEvent, withCredential } from "../../local/table/event.ts"
import { createTestIssuer } from "../../src/testing.ts"
import { buildBundle, buildWithoutAwsClients } from "../support/bundle.ts"
import { folder, hallpass } from "./hallpass.ts"

const issuer = createTestIssuer({ provider: "okta", audience: "api://orders" })
const config = { issuers: [issuer.config], routes: { "GET /orders": { scopes: ["orders:read"] } } }
const event = (scopes: string[]): string =>
  JSON.stringify(withCredential(sampleEvent("rest-token"), `Bearer ${issuer.token({ scp: scopes })}`))

describe("16-5: hallpass invoke", () => {
  buildWithoutAwsClients()
  beforeAll(async () => {
    await buildBundle({ outdir: join(folder, "build") })
    writeFileSync(join(folder, "authorizer.json"), JSON.stringify(config))
  })
  const invoke = (args: string[], input = "") => hallpass(["invoke", ...args], {}, input)

  it("runs the built bundle and says under which client: allowed is exit code 0", async () => {
    const { code, stdout } = await invoke(["-", "--config", "authorizer.json", "--json"], event(["orders:read"]))
    const found = JSON.parse(stdout)
    expect({ code, ...found }).toMatchObject({ code: 0, outcome: "allow", reason: "ok" })
    expect(found.runtime).toMatch(/plain child process|aws-lambda-ric/)
    expect(found.answer.policyDocument.Statement[0].Effect).toBe("Allow")
    expect(found.initMs).toBeGreaterThan(0)
  })

  it("refused is exit code 1, with the record and without the token", async () => {
    const text = event(["other"])
    const { code, stdout } = await invoke(["-", "--config", "authorizer.json"], text)
    expect(code).toBe(1)
    expect(stdout).toContain("forbidden (scope_missing)")
    expect(stdout).toMatch(/^runtime {2}\S/m)
    expect(stdout).not.toContain(JSON.parse(text).authorizationToken.slice(7))
  })

  it("a configuration that the function refuses is explained", async () => {
    const environment = JSON.stringify({ ...config, routs: {} })
    const { code, stdout } = await invoke(["-", "--env", `HALLPASS_CONFIG=${environment}`, "--json"], event([]))
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: "unavailable",
      start: [{ problems: [{ path: "routs" }] }],
    })
  })

  it.each([
    ["no bundle", ["-", "--bundle", "none"], "Build the bundle first"],
    ["a list", ["list.json"], "is no event"],
    ["no file", ["none.json"], "none.json"],
    ["a variable without a name", ["-", "--env", "=x"], "--env takes NAME=VALUE"],
  ])("%s: one line and exit code 2", async (_, args, text) => {
    writeFileSync(join(folder, "list.json"), "[]")
    const { code, stdout, stderr } = await invoke(args, event([]))
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(stderr).toContain(text)
  })

  it("a bundle that cannot start is exit code 2", async () => {
    mkdirSync(join(folder, "bad"))
    writeFileSync(join(folder, "bad/authorizer.mjs"), 'throw new Error("no")')
    expect((await invoke(["-", "--bundle", "bad", "--json"], event([]))).code).toBe(2)
  })
})
