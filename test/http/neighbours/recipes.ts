import { readFileSync } from "node:fs"
import { resolve } from "node:path"

const page = readFileSync(resolve(import.meta.dirname, "../../../docs/serve.md"), "utf8")

/** The code blocks under a heading of docs/serve.md, in their order: what is run here is what the page says. */
export function recipe(heading: string, language: string): readonly string[] {
  const start = page.indexOf(`\n## ${heading}\n`)
  if (start < 0) throw new Error(`docs/serve.md has no heading ${heading}`)
  const end = page.indexOf("\n## ", start + 4)
  const section = page.slice(start, end < 0 ? undefined : end)
  return [...section.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(
    ([, code = ""]) => code,
  )
}

/** Every text must be found, so that a change of the page cannot leave a test with an address of its own. */
export function adapted(text: string | undefined, changes: readonly (readonly [from: string, to: string])[]): string {
  return changes.reduce((before, [from, to]) => {
    if (!before.includes(from)) throw new Error(`the recipe no longer holds: ${from}`)
    return before.replaceAll(from, to)
  }, text ?? "")
}
