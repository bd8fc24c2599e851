import { cpSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, it, onTestFinished } from "vitest"
import { type LambdaProcess, startLambdaProcess } from "../../local/runtime/lambda-process.ts"
import { configurationFor } from "../../local/table/configuration.ts"
import type { AuthorizerConfig } from "../../src/index.ts"
import { eventWith, issuer } from "./functions.ts"
import { bundle, runtimeClient } from "./prepared.ts"

const routes = { "GET /orders/{id}": { scopes: ["orders:read"] } }
const configuration = (changes: Partial<AuthorizerConfig> = {}): AuthorizerConfig => ({
  ...configurationFor([issuer], { resultTtlSeconds: 0 }),
  ...changes,
})

/** The built bundle in a folder of its own, and the path of one of its chunks. */
function copiedBundle(chunk: string): { folder: string; path: string } {
  const folder = mkdtempSync(join(tmpdir(), "hallpass-start-"))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  cpSync(bundle, folder, { recursive: true })
  const name = readdirSync(join(folder, "chunks")).find((file) => file.startsWith(`${chunk}-`))
  if (name === undefined) throw new TypeError(`the bundle has no chunk ${chunk}`)
  return { folder, path: join(folder, "chunks", name) }
}

async function start(folder: string, config: unknown): Promise<LambdaProcess> {
  const environment = { HALLPASS_CONFIG: JSON.stringify(config) }
  const lambda = await startLambdaProcess({ folder, environment, client: runtimeClient })
  onTestFinished(() => lambda.stop())
  return lambda
}

it.each<[string, string, Partial<AuthorizerConfig>]>([
  ["routes", "routes", { routes }],
  ["an observe block", "observe", { observe: { sampleAllows: 1 } }],
])(
  "2.6: a chunk that cannot be read ends the start, so that Lambda begins it again: %s",
  async (_what, chunk, changes) => {
    const { folder, path } = copiedBundle(chunk)
    renameSync(path, `${path}.gone`)
    const lambda = await start(folder, configuration(changes))
    expect(lambda.initError?.errorMessage).not.toContain("configuration_invalid")
    expect(lambda.initError).toBeDefined()
    expect(lambda.initLines).toContainEqual(expect.objectContaining({ level: "ERROR", message: "unexpected fault" }))

    renameSync(`${path}.gone`, path)
    const again = await start(folder, configuration(changes))
    expect(again.initError).toBeUndefined()
    const { error } = await again.invoke(await eventWith("rest-token", "good"))
    expect(error?.errorMessage ?? "").not.toContain("configuration_invalid")
  },
)

it("2.6: a chunk that is no module ends the start, too", async () => {
  const { folder, path } = copiedBundle("routes")
  writeFileSync(path, "export const routes = (")
  const lambda = await start(folder, configuration({ routes }))
  expect(lambda.initError).toBeDefined()
  expect(lambda.initError?.errorMessage).not.toContain("configuration_invalid")
})

it("2.6: a wrong configuration stays one for the life of the environment", async () => {
  const lambda = await start(bundle, { ...configuration(), colour: "red" })
  expect(lambda.initError).toBeUndefined()
  for (let request = 0; request < 2; request++) {
    const { error } = await lambda.invoke(await eventWith("rest-token", "good"))
    expect(error?.errorMessage).toContain("configuration_invalid")
  }
})
