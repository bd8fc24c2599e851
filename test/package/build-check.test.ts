import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"

const { checkConfiguration } = (await import(new URL("../../build.mjs", import.meta.url).href)) as {
  checkConfiguration(file?: string): Promise<boolean>
}

const folder = mkdtempSync(join(tmpdir(), "hallpass-build-check-"))
afterAll(() => rmSync(folder, { recursive: true }))
function configuration(name: string, code: string): string {
  const file = join(folder, `${name}.config.ts`)
  writeFileSync(file, code)
  return file
}
const okta = '{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }'

describe("17-2: npm run build checks a bundled configuration", () => {
  it("takes a sound one", async () => {
    const file = configuration("sound", `const issuers = [${okta}]\nexport default { issuers }\n`)
    expect(await checkConfiguration(file)).toBe(true)
  })

  it("has nothing to check if none is bundled, as in the clone", async () => {
    expect(await checkConfiguration()).toBe(false)
    expect(await checkConfiguration(configuration("none", "export default undefined\n"))).toBe(false)
  })

  it("ends with every problem of a wrong one, and with its path", async () => {
    const file = configuration(
      "wrong",
      `export default { issuers: [${okta}], rouets: {}, gateway: { resultTtlSecond: 5 } }\n`,
    )
    const error: Error = await checkConfiguration(file).then(
      () => new Error("accepted"),
      (reason) => reason,
    )
    expect(error.message).toMatch(/^hallpass check refuses .*wrong\.config\.ts:/)
    for (const path of ["rouets", "gateway.resultTtlSecond"]) expect(error.message).toContain(path)
  })

  it("refuses routes that no kept answer can keep apart", async () => {
    const routes =
      '{ "GET /orders/{id}": {}, "GET /orders/{id}/secret": { scopes: ["s"] }, "GET /orders/{id}/{x}": {} }'
    const gateway = '{ responses: "simple" }'
    const file = configuration(
      "conflict",
      `export default { issuers: [${okta}], routes: ${routes}, gateway: ${gateway} }\n`,
    )
    await expect(checkConfiguration(file)).rejects.toThrow(/hallpass check refuses/)
  })

  it("says what to do about one that cannot be run", async () => {
    const code =
      'if (process.env.NOT_SET_ANYWHERE === undefined) throw new Error("NOT_SET_ANYWHERE is not set")\nexport default {}\n'
    await expect(checkConfiguration(configuration("needy", code))).rejects.toThrow(
      /could not run .*NOT_SET_ANYWHERE is not set\nSet what it needs for the build, too\./,
    )
  })
})
