import { describe, expect, it } from "vitest"
import { sampleEvent, withCredential } from "../../local/table/event.ts"
import { readVerdict } from "../../local/table/verdict.ts"
import { parameterSets } from "../deploy/parameter-sets.ts"
import { deployedEnvironment } from "../deploy/template.ts"
import { startFunction } from "./functions.ts"

const event = withCredential(sampleEvent("rest-request"), "Bearer nonsense") ?? {}

describe("the built bundle with the environment that template.yaml gives it", () => {
  it.each(Object.entries(parameterSets))("%s: starts, and refuses nonsense as it is told", async (_what, values) => {
    const lambda = await startFunction(deployedEnvironment(values))
    expect(lambda.initError).toBeUndefined()
    const result = await lambda.invoke(event)
    const verdict = readVerdict(event, result)
    // With a wrong configuration it would be unavailable, configuration_invalid.
    expect(verdict).toMatchObject({ outcome: "unauthenticated" })
    const denies = String(values.Config ?? "").includes('"unauthorized":"deny"')
    expect(verdict.answer).toBe(denies ? "Deny" : "401 Unauthorized")
  })
})
