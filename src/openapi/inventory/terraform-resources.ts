import { type Members, member } from "../document.ts"

/** One resource of a plan or a state. */
export interface TerraformResource {
  /** With the modules and the index: `module.api["eu"].aws_api_gateway_method.get[0]`. */
  readonly address: string
  readonly type: string
  readonly name: string
  readonly index: string | number | undefined
  readonly values: Members
  /** The module that has it: `module.api["eu"]`, or empty. */
  readonly module: string
}

/** Deepest nesting of modules that is read. */
export const maxModules = 30

/** The resources of a plan or a state, in any of the forms that Terraform writes. */
export function resourcesOf(document: Members): readonly TerraformResource[] {
  const planned = member(member(document, "planned_values"), "root_module")
  const state = planned ?? member(member(document, "values"), "root_module")
  if (state !== undefined) return [...listed(state, "", 0)]
  return isStateFile(document) ? stored(document) : changed(document)
}

/** Resources of a module and of those inside it. */
function* listed(module: unknown, address: string, depth: number): Generator<TerraformResource> {
  if (depth > maxModules) return
  for (const resource of list(member(module, "resources"))) {
    if (member(resource, "mode") === "data") continue
    yield read(resource, member(resource, "values"), address)
  }
  for (const child of list(member(module, "child_modules")))
    yield* listed(child, String(member(child, "address") ?? ""), depth + 1)
}

/** Some tools leave `planned_values` out; what a change leads to says the same. */
function changed(document: Members): readonly TerraformResource[] {
  return list(member(document, "resource_changes")).flatMap((change) => {
    const after = member(member(change, "change"), "after")
    if (after === undefined || after === null || member(change, "mode") === "data") return []
    return [read(change, after, String(member(change, "module_address") ?? ""))]
  })
}

/** Whether a document is a state as Terraform stores it (terraform.tfstate). */
export function isStateFile(document: unknown): boolean {
  return member(document, "version") === 4 && Array.isArray(member(document, "resources"))
}

function stored(document: Members): readonly TerraformResource[] {
  return list(member(document, "resources")).flatMap((resource) => {
    if (member(resource, "mode") === "data") return []
    const module = String(member(resource, "module") ?? "")
    const base = `${module === "" ? "" : `${module}.`}${member(resource, "type")}.${member(resource, "name")}`
    return list(member(resource, "instances")).map((instance) => {
      const index = member(instance, "index_key")
      const address = index === undefined ? base : `${base}[${JSON.stringify(index)}]`
      const { type, name } = resource as Members
      return read({ type, name, index, address }, member(instance, "attributes"), module)
    })
  })
}

function read(resource: unknown, values: unknown, module: string): TerraformResource {
  const index = member(resource, "index")
  return {
    address: String(member(resource, "address") ?? ""),
    type: String(member(resource, "type") ?? ""),
    name: String(member(resource, "name") ?? ""),
    index: typeof index === "string" || typeof index === "number" ? index : undefined,
    values: Object(values) as Members,
    module,
  }
}

export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
