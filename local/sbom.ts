// Writes what the published package consists of to standard output, as CycloneDX. After `npm run build:package`:
//   node local/sbom.ts >hallpass.cdx.json
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join, resolve } from "node:path"

interface Component {
  readonly "bom-ref": string
  readonly name: string
  readonly version: string
}
interface Bill {
  readonly metadata: { readonly component: Component }
  readonly components: readonly Component[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[]
}

/**
 * The runtime dependencies with theirs, and the libraries that are built into the command, which npm counts among the
 * development dependencies. npm's own `--omit dev` leaves out what a development dependency also depends on.
 *
 * @param folder the root of the checkout, with `dist` built
 * @throws Error if a library of dist/THIRD-PARTY.txt is not in the lock file in that version
 */
export function billOfMaterials(folder: string): Bill {
  const words = ["sbom", "--package-lock-only", "--sbom-format", "cyclonedx"]
  const text = execFileSync("npm", words, { cwd: folder, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 })
  const all: Bill = JSON.parse(text)
  const { name, dependencies } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
  const needs = new Map(all.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]))
  const own = all.metadata.component["bom-ref"]
  const direct = all.components.filter((each) => needs.get(own)?.includes(each["bom-ref"]) && each.name in dependencies)
  const found = new Set(direct.map((each) => each["bom-ref"]))
  // A set may grow while it is read.
  for (const ref of found) for (const further of needs.get(ref) ?? []) found.add(further)
  const bundled = readFileSync(join(folder, "dist/THIRD-PARTY.txt"), "utf8").matchAll(/^(\S+) (\d\S*) \(.+\)$/gm)
  for (const [, library, version] of bundled) {
    const built = all.components.find((each) => each.name === library && each.version === version)
    if (built === undefined)
      throw new Error(`${library} ${version} is built in, and the lock file has another version.`)
    found.add(built["bom-ref"])
  }
  return {
    ...all,
    metadata: { ...all.metadata, component: { ...all.metadata.component, name } }, // npm names it by its folder
    components: all.components.filter((each) => found.has(each["bom-ref"])),
    dependencies: [own, ...found].map((ref) => ({
      ref,
      dependsOn: (needs.get(ref) ?? []).filter((one) => found.has(one)),
    })),
  }
}

if (process.argv[1] === import.meta.filename)
  process.stdout.write(`${JSON.stringify(billOfMaterials(resolve(import.meta.dirname, "..")), undefined, 2)}\n`)
