import { spawnSync } from "node:child_process"
import { generateKeyPairSync, sign } from "node:crypto"
import {
  chmodSync,
  cpSync,
  globSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { buildBundle, buildWithoutAwsClients } from "../support/bundle.ts"

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
const jwk = JSON.stringify({ ...publicKey.export({ format: "jwk" }), kid: "k", alg: "RS256", use: "sig" })
const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url")
const claims = { iss: "https://issuer.example/", aud: "orders", sub: "s", exp: 4_000_000_000 }
const signed = `${encoded({ alg: "RS256", kid: "k", typ: "at+jwt" })}.${encoded(claims)}`
const token = `${signed}.${sign("sha256", Buffer.from(signed), privateKey).toString("base64url")}`
const script = join(import.meta.dirname, "../support/cold-answer.mjs")

buildWithoutAwsClients()
const folder = mkdtempSync(join(tmpdir(), "hallpass-code-cache-"))
const built = join(folder, "built")
let expected: unknown
let copies = 0

/** A copy of the bundle, which a test may spoil. */
function copy(): string {
  const to = join(folder, `copy-${++copies}`)
  cpSync(built, to, { recursive: true })
  return to
}

/** The files of a folder: the cache of plain Node.js, and that of Lambda's flags. */
const cachesIn = (where: string): string[] => readdirSync(where).filter((name) => name.endsWith(".cache"))

interface Said {
  readonly rejected?: boolean | "absent"
  readonly answer: unknown
  readonly refused: unknown
}

function run(where: string, flags: readonly string[] = [], owner: { uid?: number; gid?: number } = {}): Said {
  const { NODE_OPTIONS: _, NODE_COMPILE_CACHE: __, ...env } = process.env
  const args = [...flags, script, where, jwk, token]
  const { stdout, stderr, signal } = spawnSync(process.execPath, args, { encoding: "utf8", env, ...owner })
  expect({ stderr, signal }).toEqual({ stderr: "", signal: null })
  return JSON.parse(stdout) as Said
}

/** The file that plain Node.js reads. */
let plain: string
const tag = `${process.getBuiltinModule("node:v8").cachedDataVersionTag()}`

beforeAll(async () => {
  await buildBundle({ outdir: join(folder, "without") })
  const { answer, refused } = run(join(folder, "without"))
  expected = { answer, refused }
  await buildBundle({ outdir: built, codeCache: true })
  plain = `start.${process.version}-${process.arch}.${tag}.cache`
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe("19.2: a bundle with a code cache", () => {
  it("has one for Node.js as it is, and one for the flags of Lambda's images", () => {
    expect(cachesIn(built)).toHaveLength(2)
    expect(run(built)).toEqual({ rejected: false, ...(expected as object) })
    expect(run(built, ["--expose-gc", "--max-http-header-size=81920", "--max-old-space-size=115"])).toEqual({
      rejected: false,
      ...(expected as object),
    })
  })

  it("answers as before after it was moved", () => {
    const moved = join(folder, "elsewhere")
    renameSync(copy(), moved)
    expect(run(moved)).toEqual({ rejected: false, ...(expected as object) })
  })

  it("answers as before as another user, who may not write", () => {
    const to = copy()
    for (const name of readdirSync(to, { recursive: true, encoding: "utf8" })) chmodSync(join(to, name), 0o555)
    chmodSync(to, 0o555)
    chmodSync(folder, 0o755)
    const other = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
    expect(run(to, [], other)).toEqual({ rejected: false, ...(expected as object) })
    chmodSync(to, 0o755)
  })

  it("has the version of Node.js in the name of a cache, its kind, and the tag of V8", () => {
    expect(cachesIn(built)).toContain(plain)
    expect(
      cachesIn(built)
        .map((name) => name.replace(/\.\d+\.cache$/, ""))
        .toSorted(),
    ).toEqual([`start.${process.version}-${process.arch}`, `start.${process.version}-${process.arch}-expose-gc`])
  })

  it("is used on a processor with other features: they are in the tag, and no cache depends on them", () => {
    const to = copy()
    renameSync(join(to, plain), join(to, plain.replace(tag, "1")))
    expect(run(to)).toEqual({ rejected: false, ...(expected as object) })
  })

  it("is left alone by another version of Node.js, whose V8 may be patched", () => {
    const to = copy()
    renameSync(join(to, plain), join(to, plain.replace(process.version, "v24.0.0")))
    expect(run(to)).toEqual({ rejected: "absent", ...(expected as object) })
  })

  it("holds the presets, once each, and leaves what few starts need in files of its own", () => {
    const script = readFileSync(join(built, "start.js"), "latin1")
    const parts = [...script.matchAll(/"\.\/([a-z-]+)-[A-Z0-9]+\.mjs"\(__start\)\{/g)].map(([, name]) => name)
    expect(parts.toSorted()).toEqual(["entra-presets", "observe", "oidc-presets"])
  })

  it("compiles the script where V8 runs with other flags, or is another one", () => {
    expect(run(built, ["--no-opt"])).toEqual({ rejected: true, ...(expected as object) })
    const to = copy()
    const [foreign = ""] = cachesIn(to).filter((name) => name !== plain)
    renameSync(join(to, foreign), join(to, plain))
    expect(run(to)).toEqual({ rejected: true, ...(expected as object) })
  })

  it.each([
    ["absent", () => undefined],
    ["empty", (good: Buffer) => good.subarray(0, 0)],
    ["short of its digest", (good: Buffer) => good.subarray(0, 31)],
    ["cut in the middle", (good: Buffer) => good.subarray(0, good.length >> 1)],
    ["without its last octet", (good: Buffer) => good.subarray(0, -1)],
    ["longer", (good: Buffer) => Buffer.concat([good, Buffer.alloc(8)])],
    ...[0, 100, 5000, 100_000].map((at) => [
      `changed in octet ${at}`,
      (good: Buffer) => {
        const bad = Buffer.from(good)
        bad[at] = (bad[at] as number) ^ 1
        return bad
      },
    ]),
  ] as [string, (good: Buffer) => Buffer | undefined][])(
    "compiles the script where the cache is %s",
    (_what, spoil) => {
      const to = copy()
      const bad = spoil(readFileSync(join(to, plain)))
      if (bad === undefined) rmSync(join(to, plain))
      else writeFileSync(join(to, plain), bad)
      expect(run(to)).toEqual({ rejected: "absent", ...(expected as object) })
    },
  )

  it("has no module whose exports change after it has run: the script exports values", () => {
    const modules = globSync(["src/**/*.ts", "handlers/*.ts"])
    expect(modules.length).toBeGreaterThan(100)
    expect(modules.filter((file) => /^export (?:let|var)\b/m.test(readFileSync(file, "utf8")))).toEqual([])
  })

  it("is not made of a bundle that was built without one", () => {
    const made = spawnSync(process.execPath, ["build-code-cache.mjs", join(folder, "without")], { encoding: "utf8" })
    expect(made.status).toBe(1)
    expect(made.stderr).toMatch(/was not built with --code-cache/)
  })
})
