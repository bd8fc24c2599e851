// Looks at everything that any test writes, in every project (`setupFiles` of vitest.config.ts, which run before each
// file): a test during which a planted secret is written fails, whatever it was about.
import { afterAll, afterEach } from "vitest"
import { foundCanaries } from "./noted-output.ts"

function report(): void {
  const leaks = foundCanaries()
  if (leaks.length > 0) throw new Error(`A secret of the tests was written:\n  ${leaks.slice(0, 5).join("\n  ")}`)
}

afterEach(report)
afterAll(report) // what was written after the last test
