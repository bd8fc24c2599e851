import { type Members, member } from "../document.ts"
import { list, maxModules, resourcesOf, type TerraformResource } from "./terraform-resources.ts"

/** Most expressions that one argument is followed through. */
const maxSteps = 1000
/** A plan or a state of `terraform show -json`. */
export class TerraformPlan {
  readonly resources: readonly TerraformResource[]
  readonly #byAddress: ReadonlyMap<string, TerraformResource>
  readonly #byId = new Map<string, TerraformResource[]>()
  readonly #blocks = new WeakMap<object, ReadonlyMap<string, unknown>>()
  readonly #root: unknown
  readonly #unknown = new Map<string, unknown>()
  #steps = 0

  constructor(document: Members) {
    this.resources = resourcesOf(document)
    this.#byAddress = new Map(this.resources.map((resource) => [resource.address, resource]))
    for (const resource of this.resources) {
      const { id } = resource.values
      if (typeof id !== "string") continue
      const same = this.#byId.get(id)
      if (same === undefined) this.#byId.set(id, [resource])
      else same.push(resource)
    }
    for (const change of list(member(document, "resource_changes")))
      this.#unknown.set(String(member(change, "address")), member(member(change, "change"), "after_unknown"))
    this.#root = member(member(document, "configuration"), "root_module")
  }

  /** Whether the document shows the expressions of the configuration. States do not. */
  get hasExpressions(): boolean {
    return this.#root !== undefined
  }

  ofType(type: string): readonly TerraformResource[] {
    return this.resources.filter((resource) => resource.type === type)
  }

  /** Whether the plan knows an argument only when it is applied. */
  isUnknown({ address }: TerraformResource, argument: string): boolean {
    return member(this.#unknown.get(address), argument) === true
  }

  withId(id: string, types: readonly string[]): TerraformResource | undefined {
    return this.#byId.get(id)?.find(({ type }) => types.includes(type))
  }

  /**
   * The resource that an argument refers to. A plan does not know ids that Amazon Web Services gives later, so the
   * expression of the configuration has to show them.
   */
  references(
    from: TerraformResource,
    argument: string,
  ): { readonly found: TerraformResource | undefined; readonly text: string } {
    const module = this.#configurationOf(from.module)
    const block = this.#blocksOf(module).get(`${from.type}.${from.name}`)
    const expression = member(member(block, "expressions"), argument)
    this.#steps = maxSteps
    return this.#follow(expression, from.module, from.index, 0)
  }

  #blocksOf(module: unknown): ReadonlyMap<string, unknown> {
    if (typeof module !== "object" || module === null) return new Map()
    const known = this.#blocks.get(module)
    if (known !== undefined) return known
    const blocks = list(member(module, "resources")).filter((each) => member(each, "mode") !== "data")
    const made = new Map(blocks.map((each) => [`${member(each, "type")}.${member(each, "name")}`, each]))
    this.#blocks.set(module, made)
    return made
  }

  #follow(
    expression: unknown,
    module: string,
    index: string | number | undefined,
    depth: number,
  ): { readonly found: TerraformResource | undefined; readonly text: string } {
    const names = list(member(expression, "references")).filter((name): name is string => typeof name === "string")
    let text = names[0] ?? ""
    if (depth > maxModules || --this.#steps < 0) return { found: undefined, text }
    for (const name of names) {
      const variable = /^var\.([\w-]+)$/.exec(name)?.[1]
      if (variable !== undefined && module !== "") {
        const parent = parentOf(module)
        const call = member(member(this.#configurationOf(parent), "module_calls"), lastName(module))
        const followed = this.#follow(member(member(call, "expressions"), variable), parent, indexOf(module), depth + 1)
        if (followed.found !== undefined) return followed
        text = followed.text || text
      }
      const [, called, calledIndex = "", output] = /^module\.([\w-]+)(\[[^\]]*\])?\.([\w-]+)/.exec(name) ?? []
      if (called !== undefined && output !== undefined) {
        const inner = this.#moduleAt(`${module === "" ? "" : `${module}.`}module.${called}`, calledIndex, index)
        const declared = member(member(this.#configurationOf(inner), "outputs"), output)
        const followed = this.#follow(member(declared, "expression"), inner, undefined, depth + 1)
        if (followed.found !== undefined) return followed
        text = followed.text || text
      }
      const found = this.#resourceAt(module, name, index)
      if (found !== undefined) return { found, text }
    }
    return { found: undefined, text }
  }

  /** A resource by what an expression calls it: with its index, or with the index of the resource that refers to it. */
  #resourceAt(module: string, name: string, index: string | number | undefined): TerraformResource | undefined {
    const [, base, given] = /^([\w-]+\.[\w-]+)(\[[^\]]*\])?/.exec(name) ?? []
    if (base === undefined || /^(?:var|local|each|count|data|path|self|module)\./.test(base)) return undefined
    const start = `${module === "" ? "" : `${module}.`}${base}`
    if (given !== undefined) return this.#byAddress.get(start + given)
    const own = index === undefined ? undefined : this.#byAddress.get(`${start}[${JSON.stringify(index)}]`)
    if (own !== undefined) return own
    const single = this.#byAddress.get(start)
    if (single !== undefined) return single
    const all = this.resources.filter(({ address }) => address.startsWith(`${start}[`))
    return all.length === 1 ? all[0] : undefined
  }

  #moduleAt(start: string, given: string, index: string | number | undefined): string {
    const wanted = [
      start + given,
      index === undefined ? start : `${start}[${JSON.stringify(index)}]`,
      start,
      `${start}[0]`,
    ]
    return (
      wanted.find((module) =>
        this.resources.some((each) => each.module === module || each.module.startsWith(`${module}.`)),
      ) ?? start
    )
  }

  #configurationOf(module: string): unknown {
    let found = this.#root
    for (const [, name = ""] of module.matchAll(/module\.([\w-]+)(?:\[[^\]]*\])?/g))
      found = member(member(member(found, "module_calls"), name), "module")
    return found
  }
}

const lastStep = /\.?module\.([\w-]+)(?:\[([^\]]*)\])?$/
const parentOf = (module: string): string => module.replace(lastStep, "")
const lastName = (module: string): string => lastStep.exec(module)?.[1] ?? ""
function indexOf(module: string): string | number | undefined {
  const index = lastStep.exec(module)?.[2]
  return index === undefined ? undefined : index.startsWith('"') ? index.slice(1, -1) : Number(index)
}
