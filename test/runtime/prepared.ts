import { existsSync, readFileSync } from "node:fs"
import { setTimeout } from "node:timers/promises"
import { inject } from "vitest"
import type { RuntimeClient } from "../../local/runtime/plain-runtime.ts"
import type { Prepared } from "./setup.ts"

// A clean clone compiles AWS's runtime client once, which takes a minute and more.
const file = inject("prepared")
while (!existsSync(file)) await setTimeout(20)
const read = JSON.parse(readFileSync(file, "utf8")) as Prepared | { readonly problem: string }
if ("problem" in read) throw new Error(read.problem)

/** The folder of the built bundle. */
export const bundle: string = read.bundle
export const runtimeClient: RuntimeClient = read.runtimeClient
