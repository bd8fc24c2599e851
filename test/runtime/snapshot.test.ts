import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest"
import { buildBundle, buildWithoutAwsClients } from "../support/bundle.ts"
import { testKey } from "../support/keys.ts"
import { issuer } from "../support/mint.ts"
import { type KeyServer, startKeyServer } from "./key-server.ts"
import { buildWithSnapshot, snapshotOf, soon, startWatched } from "./watched.ts"

const [one, two] = [testKey("rsa", "1"), testKey("rsa", "2")]
const allowed = { policyDocument: { Statement: [{ Effect: "Allow" }] } }
// Port 9 (discard) of loopback: nothing listens there.
const nobody = "http://127.0.0.1:9/keys"

/** Bundles by the age of their snapshot in seconds, each built once. */
const built = new Map<number, Promise<string>>()
function bundleOf(ageSeconds: number): Promise<string> {
  const bundle = built.get(ageSeconds) ?? buildWithSnapshot(snapshotOf([one], ageSeconds))
  built.set(ageSeconds, bundle)
  return bundle
}

buildWithoutAwsClients()
let server: KeyServer
beforeEach(async () => {
  server = await startKeyServer()
})
afterEach(() => server.stop())

describe("the bundle with a key snapshot in it", () => {
  it("answers its first requests while the key server is down", async () => {
    const lambda = await startWatched(nobody, {}, await bundleOf(60))
    for (let i = 0; i < 3; i++) expect((await lambda.request(one)).answer).toMatchObject(allowed)
    expect(lambda.faults()).toBe("")
  })

  it("fetches nothing before the first request, does not wait for the refresh, and then goes by the refreshed set", async () => {
    const lambda = await startWatched(server.jwksUri, {}, await bundleOf(60))
    expect(server.requests).toBe(0)
    expect((await lambda.request(one)).answer).toMatchObject(allowed) // the server has not answered, and does not yet
    await soon("the refresh", server.arrived(1))
    server.serve(two)
    expect((await lambda.request(two)).answer).toMatchObject(allowed) // waits for the refresh, if it is still under way
    expect((await lambda.request(one)).error?.errorMessage).toBe("Unauthorized")
    expect(server.requests).toBe(1)
    expect(lambda.faults()).toBe("")
  })

  it("says so when the snapshot has expired and the key server is down", async () => {
    const keys = { refreshAfterSeconds: 300, waitAfterSeconds: 600, expireAfterSeconds: 900 }
    const lambda = await startWatched(nobody, keys, await bundleOf(901))
    const { answer, error } = await lambda.request(one)
    expect(answer).toBeUndefined()
    expect(error?.errorMessage).toContain("keys_unavailable")
  })

  it("waits for the network when the snapshot has expired and the key server is up", async () => {
    const keys = { refreshAfterSeconds: 300, waitAfterSeconds: 600, expireAfterSeconds: 900 }
    server.serve(one)
    const lambda = await startWatched(server.jwksUri, keys, await bundleOf(901))
    expect((await lambda.request(one)).answer).toMatchObject(allowed)
    expect(server.requests).toBe(1)
  })
})

describe("node build.mjs --snapshot", () => {
  const root = fileURLToPath(new URL("../..", import.meta.url))
  const scratch = mkdtempSync(join(tmpdir(), "hallpass-build-"))
  afterAll(() => rmSync(scratch, { recursive: true, force: true }))
  const file = join(scratch, "key-snapshot.json")
  const outdir = join(scratch, "build")
  afterEach(() => rmSync(outdir, { recursive: true, force: true }))
  const build = (...args: string[]) =>
    spawnSync(process.execPath, ["build.mjs", ...args], { cwd: root, encoding: "utf8" })

  const snapshot = { takenAt: new Date().toISOString(), sets: { [issuer]: { keys: [one.jwk] } } }
  const privateJwk = { ...one.privateKey.export({ format: "jwk" }), kid: one.kid }

  it("embeds the file, prints its size, and keeps the start's budget apart from it", () => {
    writeFileSync(file, JSON.stringify(snapshot))
    const { status, stdout, stderr } = build("--snapshot", file, outdir)
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
    expect(stdout).toMatch(/^key snapshot in it: [0-9.]+ KB$/m)
    expect(stdout).toMatch(/^loaded at start: [0-9.]+ KB of [0-9.]+ KB$/m)
    expect(readFileSync(join(outdir, "authorizer.mjs"), "utf8")).toContain(one.jwk.n)
  })

  it.each<[string, string, string]>([
    [
      "a private key",
      JSON.stringify({ ...snapshot, sets: { [issuer]: { keys: [one.jwk, privateJwk] } } }),
      `keySnapshot.sets["${issuer}"].keys[1]`,
    ],
    [
      "a symmetric key",
      JSON.stringify({ ...snapshot, sets: { [issuer]: { keys: [{ kty: "oct", k: "c2VjcmV0" }] } } }),
      `keySnapshot.sets["${issuer}"].keys[0]`,
    ],
    ["no date", JSON.stringify({ ...snapshot, takenAt: undefined }), "keySnapshot.takenAt"],
    ["no sets", JSON.stringify({ takenAt: snapshot.takenAt }), "keySnapshot.sets"],
    ["something else than JSON", "keys: none", "JSON"],
    ["a name twice", '{"takenAt": "", "takenAt": "", "sets": {}}', "has takenAt twice, again in line 1"],
  ])("refuses a file with %s, writes nothing, and repeats nothing of it", async (_, text, problem) => {
    writeFileSync(file, text)
    const message = await buildBundle({ outdir, snapshot: file }).then(
      () => "",
      (error: Error) => error.message,
    )
    expect(message).toContain(`The snapshot ${file}`)
    expect(message).toContain(problem)
    for (const secret of [privateJwk.d, "c2VjcmV0"]) expect(message).not.toContain(secret)
    expect(existsSync(outdir)).toBe(false)
  })

  it("prints such a refusal as it is, and ends with 1", () => {
    writeFileSync(file, "keys: none")
    const { status, stdout, stderr } = build("--snapshot", file, outdir)
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" })
    expect(stderr).toMatch(/^The snapshot \S+ cannot be used:\s+keySnapshot: is not JSON[^\n]*\n$/)
    expect(existsSync(outdir)).toBe(false)
  })

  it("says what is wrong with a file that is not there, or with the command line", () => {
    expect(build("--snapshot", join(scratch, "none.json"), outdir)).toMatchObject({
      status: 1,
      stdout: "",
      stderr: expect.stringContaining("ENOENT"),
    })
    for (const args of [["--snapshots", file], [outdir, outdir], ["--snapshot"]]) {
      expect(build(...args)).toMatchObject({
        status: 2,
        stdout: "",
        stderr: expect.stringContaining("Usage: node build.mjs"),
      })
    }
    expect(existsSync(outdir)).toBe(false)
  })
})
