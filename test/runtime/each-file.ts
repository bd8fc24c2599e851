// The files of this folder share processes: ends the functions of a test or file (`setupFiles` of vitest.config.ts, which
// run before each file).
import { afterAll, afterEach } from "vitest"
import { stopFunctions } from "./functions.ts"
import { stopWatched } from "./watched.ts"

afterEach(stopWatched)
afterAll(stopFunctions)
