import { readdirSync, readFileSync } from "node:fs"

const folder = new URL("../fixtures/", import.meta.url)

/** The JSON of a fixture file. Some recorded events begin with a byte order mark, as their originals do. */
export function readFixture<T = unknown>(path: string): T {
  return JSON.parse(readFileSync(new URL(path, folder), "utf8").replace(/^\uFEFF/, "")) as T
}

/** Names of the JSON files in a fixture folder, sorted. */
export function fixtureNames(path: string): string[] {
  return readdirSync(new URL(path, folder))
    .filter((name) => name.endsWith(".json"))
    .sort()
}
