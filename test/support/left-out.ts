// The last words of a run (`reporters` of vitest.config.ts): what it did not show, and how to see it.
import type { Reporter, TestModule } from "vitest/node"
import { tools } from "./tools.ts"

/** A test calls `annotate(text, leftOut)` if it finds out on its way that it cannot show something. */
export const leftOut = "left out"

/** Lines of the block; empty if nothing was left out. */
export function linesOf(modules: readonly TestModule[], quick: boolean): string[] {
  const files = modules.map(({ relativeModuleId }) => relativeModuleId)
  const missing = tools
    .filter((tool) => files.some((file) => tool.files.test(file)) && !tool.isThere)
    .map(({ shows, get }) => `${shows}. To get it: ${get}`)
  const noted = modules.flatMap((module) =>
    [...module.children.allTests()].flatMap((test) =>
      test.annotations().flatMap(({ type, message }) => (type === leftOut ? message : [])),
    ),
  )
  const slow = quick ? ["what takes long: builds, templates, documentation, commands. To see it: npm test"] : []
  return [...slow, ...new Set([...missing, ...noted])]
}

export default class LeftOut implements Reporter {
  readonly #quick: boolean

  constructor({ quick = false }: { quick?: boolean } = {}) {
    this.#quick = quick
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const lines = linesOf(modules, this.#quick)
    if (lines.length === 0) return
    console.log(["", " This run did not show", ...lines.map((line) => `  - ${line}`), ""].join("\n"))
  }
}
