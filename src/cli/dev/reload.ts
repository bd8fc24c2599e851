import { unwatchFile, watchFile } from "node:fs"
import { problemOf } from "../../../local/stack/checked.ts"
import type { LocalStack } from "../../../local/stack/stack.ts"
import { ConfigurationError } from "../../index.ts"
import { readConfiguration } from "../configuration.ts"
import { UsageError } from "../frame/command.ts"
import { isJson } from "../frame/data-file.ts"
import { readJson } from "../frame/json-text.ts"
import { type Output, plain } from "../frame/output.ts"
import { readYaml } from "../frame/yaml-text.ts"
import { apiOfDocument } from "./open-api.ts"

/** Editors put a new file in the place of the old one, so the name is looked at and not the file. */
const everyMs = 250

/**
 * Reads the configuration and the OpenAPI document again whenever their files change. One with problems is reported,
 * and the state before stays at work.
 *
 * @returns ends the watch
 */
export function watchFiles(
  stack: LocalStack,
  { configuration, openapi }: { readonly configuration: string | undefined; readonly openapi: string | undefined },
  output: Output,
): () => void {
  let work: Promise<void> = Promise.resolve()
  const broken: Broken = new Map()
  const watched = (file: string | undefined, read: (file: string) => Promise<void>): (() => void) => {
    if (file === undefined) return () => undefined
    const changed = (now: { readonly mtimeMs: number; readonly size: number }, before: typeof now): void => {
      if (now.mtimeMs !== before.mtimeMs || now.size !== before.size)
        work = work.then(() => reload(stack, broken, file, () => read(file), output))
    }
    watchFile(file, { interval: everyMs }, changed)
    return () => unwatchFile(file, changed)
  }
  const ends = [
    watched(configuration, async (file) => stack.deploy(await readConfiguration(file, true))),
    watched(openapi, async (file) => stack.deploy(stack.deployment.written, await apiOfDocument(file, output))),
  ]
  return () => {
    for (const end of ends) end()
  }
}

/** What is wrong with each file that has problems. */
type Broken = Map<string, NonNullable<LocalStack["broken"]>>

/** Never rejects. */
async function reload(
  stack: LocalStack,
  broken: Broken,
  file: string,
  read: () => Promise<void>,
  output: Output,
): Promise<void> {
  try {
    await read()
    broken.delete(file)
    // One sound file says nothing of the other.
    for (const { message, problems } of broken.values()) stack.reportBroken(message, problems)
    output.note(`${plain(file)} is read again.`)
  } catch (error) {
    const problems = error instanceof ConfigurationError ? error.problems.map(problemOf) : []
    const known = error instanceof UsageError || error instanceof ConfigurationError
    const message = known ? error.message : "The file cannot be used."
    broken.set(file, { message, problems })
    stack.reportBroken(message, problems)
    output.note(`${plain(file)} has problems; the configuration before stays at work.`)
    for (const { path, message: text } of problems) output.note(`  ${plain(path)} ${plain(text, 400)}`)
    if (problems.length === 0) output.note(`  ${plain(message, 400)}`)
  }
}

/** Reads what is edited on the page: the same forms as a file. @throws ConfigurationError (rejects) */
export async function readEdited(text: string): Promise<unknown> {
  const name = "configuration"
  try {
    return isJson(text, "") ? readJson(text, name, { comments: true }) : await readYaml(text, name)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    throw new ConfigurationError([{ path: name, message: error.message }])
  }
}
