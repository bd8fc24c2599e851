import { readFileSync } from "node:fs"
import { join } from "node:path"
import { Ajv } from "ajv"
import { describe, expect, it } from "vitest"
import { command, folder } from "./in-process.ts"

const written = readFileSync(new URL("../../hallpass.schema.json", import.meta.url), "utf8")

describe("14-4: hallpass schema", () => {
  it("prints the schema of the package, and nothing else on standard output", async () => {
    expect(await command(["schema"])).toEqual({ code: 0, stdout: written, stderr: "" })
    expect(JSON.parse((await command(["schema", "--json"])).stdout)).toEqual(JSON.parse(written))
  })

  it("writes it to a file, and says so if it cannot", async () => {
    const path = join(folder, "hallpass.schema.json")
    expect((await command(["schema", "--out", path])).code).toBe(0)
    expect(readFileSync(path, "utf8")).toBe(written)
    const failed = await command(["schema", "--out", join(folder, "none", "x.json")])
    expect(failed).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("cannot be written (ENOENT)") })
  })

  it("is a schema that refuses what createAuthorizer does not know, renamed options included", () => {
    const validate = new Ajv({ strictTypes: false, strictRequired: false }).compile(JSON.parse(written))
    const issuers = [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }]
    expect(validate({ $schema: "./hallpass.schema.json", issuers })).toBe(true)
    for (const wrong of [
      { mode: "observe" },
      { observing: {} },
      { rotues: {} },
      { $schema: 7 },
      { gateway: { ttl: 0 } },
      { routes: { "GET /a": { constructor: {} } } },
    ])
      expect(validate({ issuers, ...wrong }), JSON.stringify(wrong)).toBe(false)
    expect(validate(JSON.parse('{ "issuers": [], "edge": {}, "__proto__": {} }'))).toBe(false)
  })
})
