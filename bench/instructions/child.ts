// Runs one hot case: child.mjs CASE WARM BLOCKS COUNT. Bundled, and started under callgrind, by callgrind.ts, which
// counts what happens between one mark and the next.
import { getPriority } from "node:os"
import { setTimeout } from "node:timers/promises"
import { hotCases } from "./cases.ts"

const [name = "", warm = "", blocks = "", count = ""] = process.argv.slice(2)
const run = hotCases[name]?.()
if (run === undefined) throw new Error(`There is no case ${name}.`)
await run(0)
if (name.endsWith("observed")) await setTimeout(2000) // what writes metrics is loaded in turns of the event loop
for (let index = 0; index < Number(warm); index++) await run(index)
mark()
for (let block = 0; block < Number(blocks); block++) {
  for (let index = 0; index < Number(count); index++) await run(index)
  mark()
}

/** callgrind writes its count and starts from zero when libuv's function for this is entered. Nothing else calls it. */
function mark(): void {
  getPriority()
}
