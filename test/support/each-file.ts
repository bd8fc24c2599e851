// Runs before each file of every project (`setupFiles` of vitest.config.ts). It is loaded anew each time, and what it
// imports is not.
import { scanOutput } from "./canary-scan.ts"
import { shareProcess } from "./environment.ts"
import "./known-imports.ts"
import "./rsa-pairs.ts"

scanOutput()
shareProcess()
