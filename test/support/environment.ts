// Leaves the environment to the next test file as this one found it (`setupFiles` of vitest.config.ts): files share a
// process.
import { afterAll } from "vitest"

const before = { ...process.env }

afterAll(() => {
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name]
  Object.assign(process.env, before)
})
