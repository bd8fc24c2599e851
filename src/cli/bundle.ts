import { execFile } from "node:child_process"
import { cp, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from "node:fs/promises"
import { basename, dirname, join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { isDeepStrictEqual, promisify } from "node:util"
import { compileConfiguration } from "../deployment.ts"
import { type AuthorizerConfig, createAuthorizer, type KeySnapshot } from "../index.ts"
import { readConfiguration } from "./configuration.ts"
import { type Command, configOption, textOption, UsageError } from "./frame/command.ts"
import { readData } from "./frame/data-file.ts"
import { plain } from "./frame/output.ts"
import { shellWord } from "./frame/shell-word.ts"
import { version } from "./version.ts"

export const bundle: Command = {
  description: `Writes the function for AWS Lambda into a folder: hallpass's own small bundle, and
your configuration beside it. Nothing has to be cloned or compiled.

The configuration is checked first, and what a start would find out about it is
written down. Variables of the function (HALLPASS_CONFIG) still win over it.`,
  options: [
    configOption,
    { flags: "-o, --out <folder>", description: "where the function goes; build without it" },
    { flags: "--snapshot <file>", description: "key sets to start with, from hallpass snapshot" },
    { flags: "--code-cache", description: "add a code cache, for functions with this version of Node.js" },
    { flags: "--force", description: "write over a folder that holds something else" },
  ],
  examples: [
    "bundle --config authorizer.json --out build",
    "bundle --config authorizer.json --snapshot key-snapshot.json --out build --json",
    "bundle --config authorizer.json --code-cache",
  ],
  exits: "0 written; 2 the command line or the configuration is wrong, or the folder cannot be written.",
  notes: {
    "What to do with it": `try it      hallpass invoke event.json --bundle build
deploy it   the handler is authorizer.handler, the runtime nodejs24.x;
            zip the content of the folder, or name it as CodeUri`,
  },
  async run(line, output) {
    const folder = textOption(line, "out") ?? "build"
    const out = resolve(folder)
    const file = textOption(line, "snapshot")
    const configuration = await readConfiguration(textOption(line, "config"))
    const keySnapshot = file === undefined ? undefined : ((await readData(file, "snapshot")) as KeySnapshot)
    checkBoth(configuration, keySnapshot)
    if (line.options.force !== true && !(await mayBeReplaced(out)))
      throw new UsageError(`${plain(out)} holds something else than a bundle: name another folder, or add --force`)
    const files = await write(out, configuration, keySnapshot, line.options.codeCache === true)
    const bytes = (await Promise.all(files.map((each) => stat(join(out, each))))).reduce(
      (sum, { size }) => sum + size,
      0,
    )
    if (output.json) output.document({ folder: out, handler: "authorizer.handler", files, bytes })
    else {
      output.print(
        `${plain(out)}: ${files.length} files, ${Math.round(bytes / 1024)} KB. The handler is authorizer.handler.\n`,
      )
      output.note(`Next: hallpass invoke EVENT --bundle ${shellWord(folder)}, with an event of your API`)
    }
    return 0
  },
}

/** What the function would refuse at its start is refused here. */
function checkBoth(configuration: AuthorizerConfig, keySnapshot: KeySnapshot | undefined): void {
  if (!isDeepStrictEqual(JSON.parse(JSON.stringify(configuration)), configuration))
    throw new UsageError("the configuration holds something that JSON cannot: a function, a date or undefined")
  createAuthorizer(configuration, keySnapshot === undefined ? {} : { keySnapshot })
}

/** A folder that is missing or empty, or holds a bundle. */
async function mayBeReplaced(folder: string): Promise<boolean> {
  const found = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === "ENOENT") return []
    throw new UsageError(`${plain(folder)} is no folder that can be written (${error.code})`)
  })
  return found.length === 0 || found.includes("authorizer.mjs")
}

/** Writes everything beside the folder first, so that a failure leaves what was there. @returns the files in it */
async function write(
  out: string,
  configuration: AuthorizerConfig,
  keySnapshot: KeySnapshot | undefined,
  codeCache: boolean,
): Promise<readonly string[]> {
  try {
    await mkdir(dirname(out), { recursive: true })
    const made = await mkdtemp(join(dirname(out), `.${basename(out)}-`))
    try {
      await copyBundle(made)
      const form = compileConfiguration(configuration, version)
      const written = { configuration, compiled: form && { form }, "key-snapshot": keySnapshot }
      for (const [name, value] of Object.entries(written))
        if (value !== undefined) await writeFile(join(made, `${name}.json`), JSON.stringify(value))
      if (codeCache) await makeCodeCaches(made)
      await rm(out, { recursive: true, force: true })
      await rename(made, out)
    } catch (error) {
      await rm(made, { recursive: true, force: true })
      throw error
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw new UsageError(`${plain(out)} cannot be written (${code})`)
  }
  const entries = await readdir(out, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(out.length + 1))
    .sort()
}

const published = new URL("../bundle/", import.meta.url)
const isThere = (file: URL): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  )

/** One for Node.js as it is, and one for the flag that Lambda's images start it with. */
async function makeCodeCaches(folder: string): Promise<void> {
  const place = (await isThere(published)) ? "./build-code-cache.mjs" : "../../build-code-cache.mjs"
  const script = fileURLToPath(new URL(place, import.meta.url))
  const { NODE_OPTIONS: _, ...env } = process.env
  try {
    for (const flags of [[], ["--expose-gc"]])
      await promisify(execFile)(process.execPath, [...flags, script, folder], { env })
  } catch (error) {
    throw new Error("the code cache could not be made", { cause: error })
  }
}

/** Of the published package it is there already; in a clone it is built. */
async function copyBundle(folder: string): Promise<void> {
  if (await isThere(published)) return await cp(published, folder, { recursive: true })
  const build: string = new URL("../../build.mjs", import.meta.url).href
  await (await import(build)).buildOpenBundle(folder)
}
