// npm run bench [-- NAME …]: installs the comparators on first use, then runs bench/NAME.bench.ts, or all of them.
import { spawnSync } from "node:child_process"
import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"

const here = import.meta.dirname
const known = readdirSync(here).flatMap((file) =>
  file.endsWith(".bench.ts") ? [file.slice(0, -".bench.ts".length)] : [],
)
const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !known.includes(name))
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(", ")}; known: ${known.join(", ")}.`)
  process.exit(2)
}
if (!existsSync(join(here, "node_modules"))) {
  console.log("Installing what the benches compare with (once, a few seconds) …")
  run("npm", ["ci", "--no-audit", "--no-fund", "--prefix", here])
}
for (const name of wanted.length > 0 ? wanted : known) {
  console.log(`\n# ${name}`)
  run(process.execPath, [join(here, `${name}.bench.ts`)])
}

function run(command: string, args: readonly string[]): void {
  const { status } = spawnSync(command, args, { stdio: "inherit" })
  if (status !== 0) process.exit(status ?? 1)
}
