import { writeFile } from "node:fs/promises"
import { safeJson } from "../../../local/terminal-text.ts"
import type { Output } from "./output.ts"

/**
 * Writes a result to a file, or to standard output for `-`. With `--json` the caller writes the one document itself.
 *
 * @returns false if it cannot be written; then the output says so
 */
export async function write(file: string, text: string, output: Output): Promise<boolean> {
  if (file === "-") {
    if (!output.json) output.print(text)
    return true
  }
  try {
    await writeFile(file, text)
    return true
  } catch (error) {
    output.note(`${file} cannot be written (${(error as NodeJS.ErrnoException).code}). Name another place with --out`)
    return false
  }
}

/** The same of one JSON document. */
export const writeJson = (file: string, value: unknown, output: Output): Promise<boolean> =>
  write(file, `${safeJson(value)}\n`, output)
