import { readFileSync } from "node:fs"
import fc from "fast-check"
import { load } from "js-yaml"
import { describe, expect, it } from "vitest"
import { templateSchema } from "../../src/cli/check/template-tags.ts"
import { ConfigurationError, type Inventory, inventory } from "../../src/openapi.ts"
import { compareApi } from "../../src/policy.ts"
import { seeded } from "../support/seed.ts"

const schema = await templateSchema()
const text = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), "utf8")
const documents = [
  "examples/openapi/rest-api.yaml",
  "examples/openapi/http-api.yaml",
  "examples/openapi/plain.yaml",
  "examples/sam/template.yaml",
  "template.yaml",
  "examples/cdk/synthesised.template.json",
  "examples/terraform/plan.json",
].map((name): object =>
  name.endsWith(".json") ? JSON.parse(text(name)) : (load(text(name), { schema, maxDepth: 100 }) as object),
)
const configuration = JSON.parse(text("examples/openapi/authorizer.json"))

const value = fc.constantFrom<unknown>(
  ...[undefined, null, 0, -1, Number.POSITIVE_INFINITY, "", "x", "NONE", "__proto__", true, [], {}, [null], [[[]]]],
  ...[{ Ref: "A" }, { Ref: 7 }, { "Fn::If": [] }, { "Fn::If": ["a", 1] }, { "Fn::GetAtt": [] }, { "Fn::GetAtt": 7 }],
  ...[{ "Fn::Sub": `\${A}` }, { "Fn::Sub": [] }, { "Fn::ImportValue": {} }, { $ref: "#/paths" }, { $ref: 7 }],
)
/** A change at a place: at each level the number chooses a member, and the last one is deleted or replaced. */
const change = fc.record({
  steps: fc.array(fc.nat(), { minLength: 1, maxLength: 12 }),
  replaced: fc.oneof({ weight: 1, arbitrary: fc.constant("deleted") }, { weight: 2, arbitrary: fc.tuple(value) }),
})

type Members = { [name: string]: unknown }

function changed(
  document: object,
  { steps, replaced }: { steps: readonly number[]; replaced: string | [unknown] },
): void {
  let at = document as Members
  for (const [index, step] of steps.entries()) {
    const names = Object.keys(at)
    const name = names[step % names.length]
    if (name === undefined) return
    const next = at[name]
    if (index < steps.length - 1 && typeof next === "object" && next !== null) at = next as Members
    else {
      if (typeof replaced === "string") delete at[name]
      else at[name] = replaced[0]
      return
    }
  }
}

describe("15-7: documents that are wrong anywhere", () => {
  it("are read as far as they go, or refused with a place", () => {
    let read = 0
    fc.assert(
      fc.property(
        fc.constantFrom(...documents),
        fc.array(change, { minLength: 1, maxLength: 3 }),
        (original, changes) => {
          const document = structuredClone(original)
          for (const each of changes) changed(document, each)
          let found: Inventory
          try {
            found = compareApi(configuration, inventory(document))
          } catch (error) {
            expect(error).toBeInstanceOf(ConfigurationError)
            return
          }
          read++
          for (const { route, kind, authorizer, api } of found.routes)
            for (const each of [route, kind, authorizer, api]) expect(each).toBeTypeOf("string")
          // What is open is an error, a preflight, or the message of a connection that was let in.
          for (const { route, kind, authorizer } of found.routes) {
            if (authorizer !== "none" || route.startsWith("OPTIONS ")) continue
            const named = found.findings.some((finding) => finding.severity === "error" && finding.route === route)
            expect(named || (kind === "websocket" && route !== "$connect"), route).toBe(true)
          }
        },
      ),
      seeded("inventory of changed documents", { numRuns: 1000 }),
    )
    expect(read).toBeGreaterThan(100)
  })
})
