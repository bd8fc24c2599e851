// Renews what is written from the declaration of the configuration: hallpass.schema.json, and the option tables of the
// documentation, between `<!-- options: NAME -->` and `<!-- end of options -->`.        node build-reference.mjs
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { configurationSchema } from "./src/configuration/reference/schema.ts"
import { withTables } from "./src/configuration/reference/tables.ts"

const root = dirname(fileURLToPath(import.meta.url))

/** What every generated file must hold, by its path in the checkout. */
export function renewed() {
  const pages = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md"))
  return new Map([
    ["hallpass.schema.json", `${JSON.stringify(configurationSchema(), null, 2)}\n`],
    ...pages.map((name) => [`docs/${name}`, withTables(readFileSync(join(root, "docs", name), "utf8"))]),
  ])
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of renewed()) writeFileSync(join(root, path), text)
}
