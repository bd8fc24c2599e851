import { stat } from "node:fs/promises"
import { basename, dirname, join, resolve } from "node:path"
import { ConfigurationError, type Inventory, type InventoryOptions, inventory } from "../../openapi.ts"
import { UsageError } from "../frame/command.ts"
import { isJson } from "../frame/data-file.ts"
import { readInput } from "../frame/input.ts"
import { readJson } from "../frame/json-text.ts"
import { oneLine } from "../frame/program.ts"
import { readYaml } from "../frame/yaml-text.ts"
import { lineOf } from "./line-of.ts"
import { templateSchema } from "./template-tags.ts"

/** A plan of Terraform holds each resource several times. */
const maxBytes = 32 * 1024 * 1024

/** A document that was read, with the text that it was read from. */
interface ApiFile {
  readonly name: string
  readonly text: string
  readonly document: unknown
}

/**
 * Reads the documents that describe an API, and which route of it has which authorizer.
 *
 * @param names files in JSON or YAML; a folder of `cdk synth` (cdk.out); `-` for standard input
 * @throws UsageError (rejects) in one line, with file and line
 */
export async function inventoryOfFiles(names: readonly string[], options: InventoryOptions): Promise<Inventory> {
  const files: ApiFile[] = []
  for (const name of names) files.push(...(await readNamed(name)))
  const included = await readIncluded(files)
  const read = (some: readonly ApiFile[]): Inventory =>
    inventory(
      some.map(({ document }) => document),
      { ...options, files: included },
    )
  try {
    return read(files)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    // Which of the files it is shows if each is read alone.
    for (const file of files) {
      try {
        read([file])
      } catch (alone) {
        if (alone instanceof ConfigurationError) throw problemOf(file, alone)
        throw alone
      }
    }
    throw error
  }
}

function problemOf({ name, text }: ApiFile, { problems }: ConfigurationError): UsageError {
  const [first, ...more] = problems
  const others = more.length === 0 ? "" : `; and ${more.length} more`
  const path = first?.path ?? ""
  return new UsageError(oneLine(`${name}:${lineOf(text, path)} ${path} ${first?.message}${others}`))
}

async function readNamed(name: string): Promise<readonly ApiFile[]> {
  if (name !== "-" && (await isFolder(name))) return await readAssembly(name, 0)
  const file = await readFile(name)
  const isManifest = basename(name) === "manifest.json" && Object(file.document).artifacts !== undefined
  return isManifest ? await readAssembly(dirname(name), 0) : [file]
}

async function readFile(file: string): Promise<ApiFile> {
  const { name, text } = await readInput(file, "API document", maxBytes)
  const document = isJson(text, file) ? readJson(text, name) : await readYaml(text, name, await templateSchema())
  await readYamlBodies(document, name, 0)
  return { name, text, document }
}

/** A plan of Terraform has the body of an API as text, and it may be YAML. It becomes JSON. */
async function readYamlBodies(document: unknown, name: string, depth: number): Promise<void> {
  const { planned_values: planned, values } = Object(document) as { planned_values?: unknown; values?: unknown }
  const module = depth === 0 ? (Object(planned ?? values).root_module as unknown) : document
  const { resources, child_modules: children } = Object(module) as { resources?: unknown; child_modules?: unknown }
  for (const resource of Array.isArray(resources) ? resources : []) {
    const own = Object(Object(resource).values) as { body?: unknown }
    if (typeof own.body !== "string" || !/^\s*[\w"'#-]/.test(own.body)) continue
    own.body = JSON.stringify(await readYaml(own.body, `${name}, the body of ${Object(resource).address},`))
  }
  for (const child of Array.isArray(children) && depth < 30 ? children : [])
    await readYamlBodies(child, name, depth + 1)
}

async function isFolder(name: string): Promise<boolean> {
  try {
    return (await stat(name)).isDirectory()
  } catch {
    return false // the file is read next, and then it is reported
  }
}

/** Deepest nesting of assemblies: a pipeline has stages, and each of them is one. */
const maxAssemblies = 8

/** The templates of a folder that `cdk synth` wrote, by its manifest. */
async function readAssembly(folder: string, depth: number): Promise<readonly ApiFile[]> {
  const manifest = join(folder, "manifest.json")
  if (!(await exists(manifest)))
    throw new UsageError(
      oneLine(`${folder} is a folder without manifest.json. Give a file, or the folder of cdk synth (cdk.out)`),
    )
  const { document } = await readFile(manifest)
  const found: ApiFile[] = []
  for (const artifact of Object.values(Object(Object(document).artifacts))) {
    const { type, properties } = Object(artifact) as { type?: unknown; properties?: unknown }
    const { templateFile, directoryName } = Object(properties) as { templateFile?: unknown; directoryName?: unknown }
    if (type === "aws:cloudformation:stack" && typeof templateFile === "string")
      found.push(...(await readStack(inside(folder, templateFile, manifest), folder, 0)))
    else if (type === "cdk:cloud-assembly" && typeof directoryName === "string" && depth < maxAssemblies)
      found.push(...(await readAssembly(inside(folder, directoryName, manifest), depth + 1)))
  }
  if (found.length === 0 && depth === 0) throw new UsageError(oneLine(`${manifest} names no template of a stack`))
  return found
}

/** A template, and the templates of its nested stacks. */
async function readStack(file: string, folder: string, depth: number): Promise<readonly ApiFile[]> {
  const read = await readFile(file)
  const found = [read]
  for (const resource of Object.values(Object(Object(read.document).Resources))) {
    const asset: unknown = Object(Object(resource).Metadata)["aws:asset:path"]
    if (Object(resource).Type !== "AWS::CloudFormation::Stack" || typeof asset !== "string" || depth >= maxAssemblies)
      continue
    const nested = inside(folder, asset, file)
    if (await exists(nested)) found.push(...(await readStack(nested, folder, depth + 1)))
  }
  return found
}

/** A file that a manifest names: it has to be in the manifest's folder. */
function inside(folder: string, name: string, manifest: string): string {
  const path = join(folder, name)
  if (!resolve(path).startsWith(`${resolve(folder)}/`))
    throw new UsageError(oneLine(`${manifest} names ${name}, which is outside its folder`))
  return path
}

async function exists(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isFile()
  } catch {
    return false
  }
}

/** OpenAPI documents that templates name by a local file: `DefinitionUri` of SAM, and `AWS::Include`. */
async function readIncluded(files: readonly ApiFile[]): Promise<ReadonlyMap<string, unknown>> {
  const found = new Map<string, unknown>()
  const add = async (location: unknown, place: (location: string) => string): Promise<void> => {
    if (typeof location !== "string" || found.has(location) || !/^[^:]+\.(?:json|ya?ml)$/i.test(location)) return
    if (await exists(place(location))) found.set(location, (await readFile(place(location))).document)
  }
  for (const { name, document } of files) {
    for (const resource of Object.values(Object(Object(document).Resources))) {
      const {
        DefinitionUri: uri,
        DefinitionBody: definition,
        Body: body,
        BodyS3Location: bucket,
      } = Object(Object(resource).Properties)
      const folder = name === "standard input" ? "." : dirname(name)
      const included = [definition, body].map((each) => Object(Object(each)["Fn::Transform"]).Parameters?.Location)
      for (const location of [uri, ...included]) await add(location, (file) => resolve(folder, file))
      // cdk synth leaves a copy of each document beside the template.
      await add(Object(bucket ?? uri).Key, (key) => resolve(folder, `asset.${key}`))
    }
  }
  return found
}
