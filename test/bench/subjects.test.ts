import { spawnSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { resolve } from "node:path"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import {
  type BenchKey,
  benchKey,
  type Prepared,
  type Spoil,
  spoiledTokens,
  spoils,
  tokens,
} from "../../bench/subjects/tokens.ts"

// A bench whose subjects answer wrongly measures nothing. What the benches compare with has a package of its own, which
// the project's type check must do without. So there are imports by path, and the types here.

type Handle = (event: unknown) => unknown
interface Case {
  readonly name: string
  readonly outcome: string
  readonly subjects: readonly { readonly name: string; readonly handle: Handle }[]
  readonly events: readonly unknown[]
}
interface Subject {
  readonly name: string
  check(prepared: Prepared): unknown
}
interface Verifiers {
  subjectsFor(key: BenchKey): readonly Subject[]
  subjectOf(result: unknown): unknown
}
interface Cases {
  casesOf(kind: string, key: BenchKey, callers: number): Promise<readonly Case[]>
  judgeAll(one: Case, yardstick: string): Promise<void>
  readonly yardstickName: string
}

const bench = resolve(import.meta.dirname, "../../bench")
const load = async <Module>(path: string): Promise<Module> => (await import(resolve(bench, path))) as Module
const length = 800
const rs256 = benchKey("RS256")

/** The comparators are installed on first use, here as by `npm run bench`. */
function installComparators(): void {
  const { dependencies } = manifest(resolve(bench, "package.json"))
  const installed = Object.entries(dependencies).every(([name, version]) => {
    const path = resolve(bench, "node_modules", name, "package.json")
    return existsSync(path) && manifest(path).version === version
  })
  if (installed) return
  const { status, stderr } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--prefix", bench], {
    encoding: "utf8",
  })
  if (status !== 0) throw new Error(`npm ci --prefix bench failed: ${stderr}`)
}

function manifest(path: string): { version: string; dependencies: { readonly [name: string]: string } } {
  return JSON.parse(readFileSync(path, "utf8"))
}

let doors: Verifiers & Cases
beforeAll(async () => {
  installComparators()
  doors = {
    ...(await load<Verifiers>("subjects/verifiers.ts")),
    ...(await load<Cases>("subjects/cases.ts")),
  }
  vi.spyOn(process.stdout, "write").mockReturnValue(true) // what the observed handlers log
})
afterAll(() => {
  vi.restoreAllMocks()
})

describe.each([
  ["RS256", ["aws-jwt-verify", "fast-jwt", "fast-jwt, cache missed", "jose", "jsonwebtoken"]],
  ["PS256", ["fast-jwt", "fast-jwt, cache missed", "jose", "jsonwebtoken"]],
  ["ES256", ["aws-jwt-verify", "fast-jwt", "fast-jwt, cache missed", "jose", "jsonwebtoken"]],
  ["ES384", ["aws-jwt-verify", "fast-jwt", "fast-jwt, cache missed", "jose", "jsonwebtoken"]],
  ["EdDSA", ["aws-jwt-verify", "fast-jwt", "fast-jwt, cache missed", "jose"]],
])("verifiers of the bench, %s", (alg, peers) => {
  const key = alg === "RS256" ? rs256 : benchKey(alg)
  const good = tokens(key, 3, length)
  let subjects: readonly Subject[] = []
  beforeAll(() => {
    subjects = doors.subjectsFor(key)
  })

  it("are hallpass and every peer that knows the algorithm", () => {
    expect(subjects.map(({ name }) => name)).toEqual(["hallpass", ...peers])
  })

  it("accept good tokens of either length, each as its own subject's, the first time and again", async () => {
    for (const { name, check } of subjects)
      for (const prepared of [...good, ...good, ...tokens(key, 2, 2048)])
        expect(doors.subjectOf(await check(prepared)), name).toBe(prepared.subject)
  })

  it.each(spoils)("refuse what is wrong with a token alone: %s", async (spoil: Spoil) => {
    const bad = spoiledTokens(key, 2, length, spoil)
    for (const { name, check } of subjects)
      for (const prepared of [...bad, ...bad]) expect(await accepts(check, prepared), name).toBe(false)
  })
})

describe("tokens of the bench", () => {
  it("are distinct, and about as long as they say", () => {
    for (const wanted of [800, 2048]) {
      const made = tokens(rs256, 20, wanted).map(({ token }) => token)
      expect(new Set(made).size).toBe(20)
      for (const token of made) expect(Math.abs(token.length - wanted)).toBeLessThan(wanted * 0.15)
    }
  })
})

describe.each(["rest-token", "rest-request", "http-1.0", "http-2.0", "http-2.0 simple", "websocket"])(
  "handlers of the bench, %s",
  (kind) => {
    it("answer every event of every case as it must be answered, and the yardstick knows whose token it is", async () => {
      const cases = await doors.casesOf(kind, rs256, 3)
      expect(cases).toHaveLength({ "http-2.0": 6, "http-2.0 simple": 1 }[kind] ?? 3)
      for (const one of cases) {
        await doors.judgeAll(one, doors.yardstickName)
        await doors.judgeAll(one, doors.yardstickName) // again, from the caches
        const yardstick = one.subjects.find(({ name }) => name === doors.yardstickName)
        expect(yardstick !== undefined, one.name).toBe(one.name.includes(", hit, "))
        for (const event of yardstick ? one.events : [])
          expect(yardstick?.handle(event)).toMatchObject({ sub: expect.stringMatching(/^auth0\|\d{24}$/) })
      }
    })

    it("are found out where one allows what it must not, or refuses what it should allow", async () => {
      const [hit] = await doors.casesOf(kind, rs256, 1)
      if (hit === undefined) throw new Error("a case is missing")
      const refused: Case = { ...hit, outcome: "forbidden" }
      const simple = kind === "http-2.0 simple"
      const arn = (event: unknown): unknown => Object(event).methodArn ?? Object(event).routeArn
      const answering = (allow: boolean) => (event: unknown) => {
        if (simple) return { isAuthorized: allow }
        const statement = { Effect: allow ? "Allow" : "Deny", Action: "execute-api:Invoke", Resource: [arn(event)] }
        return { principalId: "anyone", policyDocument: { Version: "2012-10-17", Statement: [statement] } }
      }
      const planted = (one: Case, handle: Handle): Case => ({ ...one, subjects: [{ name: "planted", handle }] })
      await expect(doors.judgeAll(planted(refused, answering(true)), "")).rejects.toThrow("planted says allow")
      await expect(doors.judgeAll(planted(hit, answering(false)), "")).rejects.toThrow("planted says forbidden")
      await expect(doors.judgeAll(planted(hit, answering(true)), "")).resolves.toBeUndefined()
    })
  },
)

async function accepts(check: Subject["check"], prepared: Prepared): Promise<boolean> {
  try {
    await check(prepared)
    return true
  } catch {
    return false
  }
}
