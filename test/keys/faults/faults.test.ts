import { afterAll, beforeAll, describe, test, vi } from "vitest"
import { startTimers, stopTimers } from "../../support/deadlines.ts"
import { doors } from "./doors.ts"
import { type Fault, stalls } from "./fault.ts"
import { cold, stale } from "./scenario.ts"
import { faults } from "./table.ts"

beforeAll(() => {
  vi.stubEnv("no_proxy", "127.0.0.1") // a proxy of the machine must not come between
  stopTimers()
})
afterAll(startTimers)

const prompt = faults.filter((fault) => !stalls(fault))

describe.concurrent.each(Object.entries(doors))("%s", (_door, door) => {
  test.for<Fault>(prompt)("$name, cold: $cold", (fault, context) => cold(fault, door, context))
  test.for<Fault>(prompt)("$name, with a stale set: $stale", (fault, context) => stale(fault, door, context))
})
