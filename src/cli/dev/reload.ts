import { unwatchFile, watchFile } from "node:fs"
import { problemOf } from "../../../local/stack/checked.ts"
import type { LocalStack } from "../../../local/stack/stack.ts"
import { ConfigurationError } from "../../index.ts"
import { readConfiguration } from "../configuration.ts"
import { UsageError } from "../frame/command.ts"
import { type Output, plain } from "../frame/output.ts"

/** Editors put a new file in the place of the old one, so the name is looked at and not the file. */
const everyMs = 250

/**
 * Reads the configuration again whenever its file changes. One with problems is reported, and the one before stays at
 * work.
 *
 * @returns ends the watch
 */
export function watchConfiguration(stack: LocalStack, file: string, output: Output): () => void {
  let work: Promise<void> = Promise.resolve()
  const changed = (now: { readonly mtimeMs: number; readonly size: number }, before: typeof now): void => {
    if (now.mtimeMs !== before.mtimeMs || now.size !== before.size) work = work.then(() => reload(stack, file, output))
  }
  watchFile(file, { interval: everyMs }, changed)
  return () => unwatchFile(file, changed)
}

/** Never rejects. */
export async function reload(stack: LocalStack, file: string, output: Output): Promise<void> {
  try {
    await stack.deploy(await readConfiguration(file, true))
    output.note(`${plain(file)} is read again.`)
  } catch (error) {
    const problems = error instanceof ConfigurationError ? error.problems.map(problemOf) : []
    const known = error instanceof UsageError || error instanceof ConfigurationError
    const message = known ? error.message : "The file cannot be used."
    stack.reportBroken(message, problems)
    output.note(`${plain(file)} has problems; the configuration before stays at work.`)
    for (const { path, message: text } of problems) output.note(`  ${plain(path)} ${plain(text, 400)}`)
    if (problems.length === 0) output.note(`  ${plain(message, 400)}`)
  }
}
