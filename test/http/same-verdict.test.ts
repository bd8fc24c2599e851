import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { differences, type Pair } from "./verdicts/differences.ts"
import { allJudges } from "./verdicts/judges.ts"
import { callers, type Judge, requests } from "./verdicts/table.ts"

// 18-3: Lambda handler = HTTP service (each dialect) = gRPC = a model of Istio on the exported YAML, over every caller and request of the table.

const page = readFileSync(resolve(import.meta.dirname, "../../docs/neighbours.md"), "utf8")

let judges: readonly Judge[] = []
beforeAll(async () => {
  judges = await allJudges()
})
afterAll(async () => {
  for (const judge of judges) await judge.close?.()
})

describe("18-3: the same verdict everywhere", () => {
  const seen = new Map<string, number>()
  const statuses = new Map<number, number>()

  it("the table has at least 400 pairs", () => {
    expect(Object.keys(callers).length * requests.length).toBeGreaterThanOrEqual(400)
  })

  it.each(Object.keys(callers))("%s", async (caller) => {
    for (const request of requests) {
      const [method = "", target = ""] = request.split(" ")
      const judged = await Promise.all(judges.map((each) => each.judge(callers[caller], method, target)))
      const service = judged[0] ?? 0
      statuses.set(service, (statuses.get(service) ?? 0) + 1)
      for (const [at, other] of judged.entries()) {
        const pair: Pair = { judge: judges[at]?.name ?? "", caller, request, service, other }
        if (other === service) continue
        const why = differences.find((each) => each.explains(pair))
        expect(why, `${caller}: ${JSON.stringify(pair)} is no listed difference`).toBeDefined()
        seen.set(why?.name ?? "", (seen.get(why?.name ?? "") ?? 0) + 1)
      }
    }
  })

  it("the table tells something: each verdict occurs often, and each listed difference occurs", () => {
    for (const status of [200, 401, 403]) expect(statuses.get(status), String(status)).toBeGreaterThan(50)
    expect([...seen.keys()].toSorted()).toEqual(differences.map(({ name }) => name).toSorted())
  })

  it("every difference is explained in docs/neighbours.md, and no other one", () => {
    const section = page.slice(page.indexOf("\n## Differences"))
    const explained = [...section.matchAll(/^\| \*\*(.+?)\*\* \|/gm)].map(([, name = ""]) => name)
    expect(explained.toSorted()).toEqual(differences.map(({ name }) => name).toSorted())
  })
})
