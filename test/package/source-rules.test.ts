import { globSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { describe, expect, it } from "vitest"
import * as index from "../../src/index.ts"
import * as verify from "../../src/verify.ts"

const root = resolve(import.meta.dirname, "../..")
const read = (path: string): string => readFileSync(join(root, path), "utf8")
const sources = globSync("src/**/*.ts", { cwd: root }).map((path) => ({ path, text: read(path) }))
const using = (pattern: RegExp): string[] => sources.filter(({ text }) => pattern.test(text)).map(({ path }) => path)

describe("rules that the whole source keeps", () => {
  it("are looked for in all of it", () => {
    expect(sources.length).toBeGreaterThan(60)
    expect(using(/createPublicKey\(/)).toContain("src/keys/public-key.ts")
  })

  it("SR-161: no pattern comes out of the configuration", () => {
    // The one that is put together at run time is made of percent-escapes: two hex digits each, whatever a template
    // holds.
    expect(using(/RegExp\(/).toSorted()).toEqual(["src/route/path.ts"])
    expect(read("src/route/path.ts")).toMatch(/`%\$\{character\.charCodeAt\(0\)\.toString\(16\)\}`/)
  })

  it("SR-168: there is no switch that turns verification off, and nothing that only decodes", () => {
    const blocks = sources.filter(({ path }) => /^src\/types\/(?:configuration|\w+-options)\.ts$/.test(path))
    const options = blocks.flatMap(({ text }) => [...text.matchAll(/readonly (\w+)\??:/g)].map(([, name]) => name))
    expect(blocks.length).toBeGreaterThan(2)
    expect(options).toContain("clockToleranceSeconds")
    expect(
      options.filter((name) => /skip|insecure|unsafe|disable|ignore|bypass|noverify/i.test(name as string)),
    ).toEqual([])
    for (const door of [index, verify])
      expect(Object.keys(door).filter((name) => /decode|parse(?:Token|Jwt)|unverified/i.test(name))).toEqual([])
  })

  it("SR-169: randomness comes from node:crypto", () => {
    expect(using(/Math\.random/)).toEqual([])
    expect(using(/randomInt/)).toEqual(["src/renewal/back-off.ts"])
  })

  it("SR-023: no token is ever verified with an HMAC; only an edge's header signature is one", () => {
    expect(
      using(/createHmac|createSecretKey/i)
        .toSorted()
        .toReversed(),
    ).toEqual(["src/secret/hmac-keys.ts", "src/edge/edge-v1.ts"])
  })
})

describe("SR-170: what ships", () => {
  const { dependencies } = JSON.parse(read("package.json")) as { dependencies: { [name: string]: string } }
  const lock = JSON.parse(read("package-lock.json")) as {
    packages: { [path: string]: { version?: string; license?: string; dev?: boolean; optional?: boolean } }
  }
  const shipped = Object.entries(lock.packages).filter(([path, { dev }]) => path !== "" && dev !== true)

  it("is a short list, pinned by the lock file", () => {
    expect(Object.keys(dependencies).sort()).toEqual([
      "@aws-lambda-powertools/logger",
      "@aws-lambda-powertools/metrics",
      "https-proxy-agent",
      "jose",
      "lru-cache",
      "proxy-from-env",
    ])
    expect(shipped.length).toBeLessThan(20)
    for (const [path, { version }] of shipped) expect(version, path).toMatch(/^\d+\.\d+\.\d+$/)
  })

  it("has no copyleft licence, and no token library besides jose", () => {
    const allowed = ["MIT", "MIT-0", "Apache-2.0", "ISC", "BlueOak-1.0.0", "BSD-2-Clause", "BSD-3-Clause"]
    allowed.push("Python-2.0") // argparse, for the command of js-yaml, which is never run here
    const licences = shipped.map(
      ([path]) => (JSON.parse(read(join(path, "package.json"))) as { license?: string }).license,
    )
    expect(licences.filter((licence) => !allowed.includes(licence ?? ""))).toEqual([])
    expect(
      shipped
        .map(([path]) => path)
        .filter((path) => /\/(?:jws|jsonwebtoken|node-forge|jsrsasign|elliptic)$/.test(path)),
    ).toEqual([])
  })
})
