import { readFileSync } from "node:fs"
import { expect, test } from "vitest"

interface Locked {
  readonly integrity?: string
  readonly link?: boolean
  /** Part of the package that it is in, whose hash covers it. */
  readonly inBundle?: boolean
}
const { packages } = JSON.parse(readFileSync(new URL("../../package-lock.json", import.meta.url), "utf8")) as {
  readonly packages: { readonly [path: string]: Locked }
}

// npm leaves the hash of a package out if it is for another platform and node_modules is there already. To add them:
// remove the entries, and run `npm install --package-lock-only` in a folder that has package.json and package-lock.json
// only.
test("13.6: every package of the lock file has a hash, also those for other platforms", () => {
  const installed = Object.entries(packages).filter(
    ([path, { link, inBundle }]) => path !== "" && link !== true && inBundle !== true,
  )
  expect(installed.length).toBeGreaterThan(100)
  expect(installed.filter(([, { integrity }]) => !/^sha512-[\w+/]{86}==$/.test(integrity ?? ""))).toEqual([])
})
