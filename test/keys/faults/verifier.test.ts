import { afterAll, beforeAll, describe, test, vi } from "vitest"
import { startTimers, stopTimers } from "../../support/deadlines.ts"
import { verifier } from "./doors.ts"
import { type Fault, stalls } from "./fault.ts"
import { cold, stale } from "./scenario.ts"
import { faults } from "./table.ts"

beforeAll(() => {
  vi.stubEnv("no_proxy", "127.0.0.1") // a proxy of the machine must not come between
  stopTimers()
})
afterAll(startTimers)

const prompt = faults.filter((fault) => !stalls(fault))

describe.concurrent("createVerifier", () => {
  test.for<Fault>(prompt)("$name, cold: $cold", (fault, context) => cold(fault, verifier, context))
  test.for<Fault>(prompt)("$name, with a stale set: $stale", (fault, context) => stale(fault, verifier, context))
})
