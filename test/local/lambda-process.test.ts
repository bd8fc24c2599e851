import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, expect, it } from "vitest"
import { prepareRuntimeClient } from "../../local/runtime/client.ts"
import { type LambdaProcess, startLambdaProcess } from "../../local/runtime/lambda-process.ts"

let running: { readonly lambda: LambdaProcess; readonly folder: string } | undefined
afterEach(async () => {
  await running?.lambda.stop()
  if (running !== undefined) rmSync(running.folder, { recursive: true })
  running = undefined
})

/** A function with this source, under the plain client. */
async function start(source: string, environment: { [name: string]: string } = {}): Promise<LambdaProcess> {
  const folder = mkdtempSync(join(tmpdir(), "hallpass-test-"))
  writeFileSync(join(folder, "authorizer.mjs"), source)
  const client = await prepareRuntimeClient({ line() {}, during: (_, work) => work }, { plain: true })
  const lambda = await startLambdaProcess({ folder, environment, client })
  running = { lambda, folder }
  return lambda
}

it("a function gets its event, the context of Lambda and its own variables, and nothing of ours", async () => {
  process.env.HALLPASS_CONFIG = "leaked"
  const lambda = await start(
    `export const handler = async (event, context) =>
      ({ event, name: context.functionName, left: context.getRemainingTimeInMillis() > 0, env: process.env })`,
    { OWN: "yes" },
  )
  delete process.env.HALLPASS_CONFIG
  const { answer } = await lambda.invoke({ hello: "world" })
  expect(answer).toMatchObject({ event: { hello: "world" }, name: "hallpass", left: true, env: { OWN: "yes" } })
  for (const name of ["HALLPASS_CONFIG", "PATH", "HOME"]) {
    expect((answer as { env: object }).env).not.toHaveProperty(name)
  }
})

it("log lines belong to the invocation that wrote them; other text is left out", async () => {
  const lambda = await start(
    `process.stdout.write('{"at":"start"}\\n')
     export const handler = async (event) => { process.stdout.write('text\\n{"at":' + event + '}\\n{broken\\n'); return event }`,
  )
  expect(lambda.initLines).toEqual([{ at: "start" }])
  expect(await lambda.invoke(1)).toMatchObject({ answer: 1, lines: [{ at: 1 }] })
  expect(await lambda.invoke(2)).toMatchObject({ answer: 2, lines: [{ at: 2 }] })
})

it("an answer of undefined is null, and a thrown text is an error of that type", async () => {
  const lambda = await start(`export const handler = async (event) => { if (event) throw "no"; }`)
  expect((await lambda.invoke(false)).answer).toBeNull()
  expect((await lambda.invoke(true)).error).toEqual({ errorType: "string", errorMessage: "no" })
})

it("a function that cannot start answers every event with its error", async () => {
  const lambda = await start(`throw new RangeError("too early"); export const handler = 1`)
  const error = { errorType: "RangeError", errorMessage: "too early" }
  expect(lambda.initError).toEqual(error)
  expect(await lambda.invoke({})).toMatchObject({ error })
})

it("a process that ends during an invocation is an error with what it printed, not a wait without end", async () => {
  const lambda = await start(`export const handler = async () => { console.error("last words"); process.exit(3) }`)
  const { error } = await lambda.invoke({})
  expect(error?.errorType).toBe("Runtime.ExitError")
  expect(error?.errorMessage).toMatch(/\(3\).*last words/)
})
