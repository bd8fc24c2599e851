import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { createTestIssuer } from "../../src/testing.ts"
import { buildWithoutAwsClients } from "../support/bundle.ts"
import { restToken } from "../support/events.ts"
import { command, file } from "./in-process.ts"

const issuer = createTestIssuer({ provider: "auth0", audience: "https://orders" })
const config = file("bundle.json", { issuers: [issuer.config], routes: { "GET /orders": { scopes: ["orders:read"] } } })
const folder = join(config, "..", "bundled")
const event = file("event.json", restToken(`Bearer ${issuer.token({ scope: "orders:read" })}`, { path: "/orders" }))

describe("17-8: hallpass bundle", () => {
  buildWithoutAwsClients()

  it("writes a function that decides by the configuration, without a bundler of one's own", async () => {
    const { code, stdout } = await command(["bundle", "--config", config, "--out", folder, "--json"])
    expect(code).toBe(0)
    const { files, handler } = JSON.parse(stdout)
    expect(handler).toBe("authorizer.handler")
    expect(files).toEqual(expect.arrayContaining(["authorizer.mjs", "compiled.json", "configuration.json", "start.js"]))
    const invoked = await command(["invoke", event, "--bundle", folder, "--json"])
    expect(JSON.parse(invoked.stdout).answer.policyDocument.Statement[0].Effect).toBe("Allow")
    expect(invoked.code).toBe(0)
  })

  it("19.3: decides by its configuration if that was changed after it was compiled", async () => {
    const compiled = readFileSync(join(folder, "compiled.json"), "utf8")
    expect(compiled).toMatch(/^\{"form":/)
    const text = readFileSync(join(folder, "configuration.json"), "utf8")
    writeFileSync(join(folder, "configuration.json"), text.replace("orders:read", "orders:other"))
    const { stdout } = await command(["invoke", event, "--bundle", folder, "--json"])
    writeFileSync(join(folder, "configuration.json"), text)
    expect(JSON.parse(stdout).answer.policyDocument.Statement[0].Effect).toBe("Deny")
  })

  it("19.2: adds a code cache for Node.js as it is, and one for the flag of Lambda's images", async () => {
    const out = join(folder, "../cached")
    const { code, stdout } = await command(["bundle", "--config", config, "--out", out, "--code-cache", "--json"])
    expect(code).toBe(0)
    const kind = `start.${process.version}-${process.arch}`
    const caches = JSON.parse(stdout).files.filter((name: string) => name.endsWith(".cache"))
    expect(caches.map((name: string) => name.replace(/\.\d+\.cache$/, ""))).toEqual([`${kind}-expose-gc`, kind])
    const invoked = await command(["invoke", event, "--bundle", out, "--json"])
    expect(JSON.parse(invoked.stdout).answer.policyDocument.Statement[0].Effect).toBe("Allow")
  })

  it("leaves what was there if the configuration is refused", async () => {
    const wrong = file("wrong.json", { issuers: [] })
    const before = readFileSync(join(folder, "configuration.json"), "utf8")
    const { code, stderr } = await command(["bundle", "--config", wrong, "--out", folder])
    expect(code).toBe(2)
    expect(stderr).toMatch(/issuers/)
    expect(readFileSync(join(folder, "configuration.json"), "utf8")).toBe(before)
  })

  it("does not write over other files, unless it is forced", async () => {
    const other = join(folder, "../other")
    mkdirSync(other)
    writeFileSync(join(other, "thesis.txt"), "years of work")
    const { code, stderr } = await command(["bundle", "--config", config, "--out", other])
    expect({ code, left: readdirSync(other) }).toEqual({ code: 2, left: ["thesis.txt"] })
    expect(stderr).toMatch(/--force/)
    expect((await command(["bundle", "--config", config, "--out", event])).code).toBe(2)
    const forced = await command(["bundle", "--config", config, "--out", other, "--force"])
    expect({ code: forced.code, stderr: forced.stderr }).toEqual({
      code: 0,
      stderr: `Next: hallpass invoke EVENT --bundle ${other}, with an event of your API\n`,
    })
    expect(existsSync(join(other, "thesis.txt"))).toBe(false)
  })

  it("refuses a snapshot that the function would refuse", async () => {
    const snapshot = file("snapshot.json", {
      takenAt: "2026-11-30T00:00:00Z",
      sets: { x: { keys: [{ kty: "oct", k: "AA" }] } },
    })
    const { code, stderr } = await command(["bundle", "--config", config, "--snapshot", snapshot, "--out", folder])
    expect(code).toBe(2)
    expect(stderr).toMatch(/keySnapshot/)
  })
})
