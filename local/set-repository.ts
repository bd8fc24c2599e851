// Names the repository wherever its address is written:  npm run set-repository -- owner/name
import { execFileSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"

/** What GitHub takes for an owner and for the name of a repository. */
const form = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?\/[A-Za-z0-9._-]{1,100}$/

/**
 * Replaces the address of the repository in every text file that git tracks. The present address is the one of
 * package.json.
 *
 * @param folder the root of the checkout
 * @param repository owner and name, as GitHub writes them: `acme/hallpass`
 * @returns the files that were changed, by their paths
 * @throws Error if the name has another form, or package.json names no repository on GitHub
 */
export function setRepository(folder: string, repository: string): string[] {
  if (!form.test(repository) || /\/\.{1,2}$|\.git$/.test(repository))
    throw new Error(`${JSON.stringify(repository)} is no repository. Write owner/name, for example acme/hallpass.`)
  const { repository: present } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
  const [, name] = /^git\+https:\/\/github\.com\/([^/]+\/[^/]+)\.git$/.exec(String(present?.url)) ?? []
  if (name === undefined) throw new Error("package.json names no repository on GitHub: repository.url.")
  // As an address, or as an action of a workflow; not the beginning of a longer name.
  const address = new RegExp(
    `(github\\.com/|\\buses: )${name.replaceAll(".", "\\.")}(?![A-Za-z0-9_-]|\\.(?!git\\b)[A-Za-z0-9])`,
    "g",
  )
  const files = execFileSync("git", ["ls-files", "-z", "*.md", "*.json", "*.yml", "*.yaml"], {
    cwd: folder,
    encoding: "utf8",
  })
  return files.split("\0").filter((path) => {
    if (path === "" || /(?:^|\/)package-lock\.json$|^test\//.test(path)) return false
    const text = readFileSync(join(folder, path), "utf8")
    const changed = text.replace(address, (_, before: string) => `${before}${repository}`)
    if (changed !== text) writeFileSync(join(folder, path), changed)
    return changed !== text
  })
}

if (process.argv[1] === import.meta.filename) {
  const [repository = "", ...more] = process.argv.slice(2)
  try {
    if (more.length > 0) throw new Error("Name one repository: npm run set-repository -- owner/name")
    for (const path of setRepository(resolve(import.meta.dirname, ".."), repository)) console.log(path)
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 2
  }
}
