import { readFileSync } from "node:fs"

/** The version of the package that this command is part of. */
export const version: string = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version
