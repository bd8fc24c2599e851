import { afterAll, afterEach } from "vitest"
import { foundCanaries } from "./noted-output.ts"

function report(): void {
  const leaks = foundCanaries()
  if (leaks.length > 0) throw new Error(`A secret of the tests was written:\n  ${leaks.slice(0, 5).join("\n  ")}`)
}

/**
 * Looks at everything that the tests of this file write: one during which a planted secret is written fails, whatever it
 * was about.
 */
export function scanOutput(): void {
  afterEach(report)
  afterAll(report) // what was written after the last test
}
