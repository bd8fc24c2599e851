import { readFileSync } from "node:fs"

/** A recorded event of test/fixtures/aws, as a copy of its own. */
export function recorded(name: string): { [member: string]: unknown } {
  return JSON.parse(readFileSync(new URL(`../fixtures/aws/${name}.json`, import.meta.url), "utf8"))
}
