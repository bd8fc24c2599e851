import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { AuthorizerConfig } from "../../../src/index.ts"
import { compilePolicy } from "../../../src/policy.ts"
import type { Principal } from "../../../src/types/principal.ts"
import { digest } from "../../support/known-lines.ts"
import { persons, requests, respelled, services, smallTables, type Table, tables } from "./arbitraries.ts"
import type { Person } from "./rules.ts"

// The other tests of this folder ask whether an answer is right. This one asks whether it is the one that it was: a
// table has several right answers, and a deployed API changes with them.

/** Seed and count are fixed in every mode: the cases are those of known-answers.txt. */
const drawn = { seed: 20_261_130, numRuns: 16 }
const cases = fc
  .oneof({ arbitrary: tables, weight: 2 }, { arbitrary: smallTables, weight: 1 }, { arbitrary: services, weight: 2 })
  .chain((table) =>
    fc.record({
      table: fc.constant(table),
      people: fc.array(persons, { minLength: 8, maxLength: 8 }),
      asked: fc.array(fc.tuple(requests(Object.keys(table)), respelled, fc.nat({ max: 3 })), {
        minLength: 6,
        maxLength: 6,
      }),
    }),
  )

/** `times`: how often the table is there, each time below another path. */
type Setting = Partial<AuthorizerConfig> & { readonly stage: string; readonly times?: number }
const settings: { readonly [name: string]: Setting } = {
  "REST API": { stage: "prod" },
  "REST API whose resource policy allows": { stage: "prod", gateway: { resourcePolicyAllows: true } },
  "HTTP API, more than the table": { stage: "$default", unmatched: "authenticated", gateway: { api: "http" } },
  "REST API, the table eight times": {
    ...{ stage: "a-long-stage-name", times: 8 },
    gateway: { tooLarge: "unavailable" },
  },
  "HTTP API, the table twenty times": {
    stage: "$default",
    times: 20,
    gateway: { api: "http", tooLarge: "unavailable" },
  },
  "REST API, answers for one route": { stage: "prod", gateway: { api: "rest", identitySources: ["token", "route"] } },
  "HTTP API, answers for one route": {
    ...{ stage: "$default", unmatched: "authenticated" },
    gateway: { api: "http", identitySources: ["token", "route"] },
  },
  "HTTP API, nothing kept": { stage: "$default", gateway: { api: "http", resultTtlSeconds: 0 } },
}

function repeated(table: Table, times: number): Table {
  const below = Array.from({ length: times }, (_, at) =>
    Object.entries(table).map(([key, rule]) => [key.replace(" /", ` /copy-${at}/`).replace(/\/$/, ""), rule] as const),
  )
  return Object.fromEntries([...Object.entries(table), ...below.flat()])
}

const principalOf = ({ department, ...person }: Person): Principal => ({
  ...{ id: "i|s", provider: "oidc", subject: "s", expiresAt: 0, claims: { department } },
  ...person,
})
const attempt = (work: () => unknown): unknown => {
  try {
    return work()
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`
  }
}
const digestOf = (value: unknown): string => digest(JSON.stringify(value))

function lineOf({ table, people, asked }: typeof cases extends fc.Arbitrary<infer T> ? T : never, setting: Setting) {
  const { stage, times = 0, ...config } = setting
  const compiled = attempt(() => compilePolicy({ ...config, routes: repeated(table, times) } as AuthorizerConfig))
  if (typeof compiled === "string") return `refused ${digestOf(compiled)}`
  const policy = compiled as ReturnType<typeof compilePolicy>
  const { mode, conflicts, exposed, routes, worstCaseBytes } = policy
  const found = { conflicts, exposed, routes, sizes: attempt(() => policy.searchSizes()) }
  const answers = people.map(principalOf).map((principal) =>
    asked.map(([{ method, path }, change, odd]) => {
      const text = odd === 0 ? change(path).replace(/^(?!\/)/, "/") : path
      const arn = `arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/${stage}/${method}${text}`
      const decision = attempt(() => {
        const { outcome, reason, route } = policy.decide(principal, arn)
        return `${outcome} ${reason} ${route}`
      })
      return [decision, attempt(() => policy.document(principal, arn))]
    }),
  )
  const allowed = answers.flat().filter(([decision]) => String(decision).startsWith("allow")).length
  return (
    `${mode}, at most ${worstCaseBytes} bytes, ${conflicts.length} conflicts, ${exposed.length} exposed ${digestOf(found)}; ` +
    `${allowed} of ${answers.flat().length} allowed ${digestOf(answers)}`
  )
}

describe("answers of known tables are the ones that they were", () => {
  it("in the file known-answers.txt, which `npx vitest run -u` writes anew", async () => {
    const lines = fc
      .sample(cases, drawn)
      .flatMap((one, at) => [
        `${at + 1}: ${Object.keys(one.table).join(", ")}`,
        ...Object.entries(settings).map(([name, setting]) => `  ${name}: ${lineOf(one, setting)}`),
      ])
    await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot("known-answers.txt")
  })
})
