import { type Members, member } from "../document.ts"
import { text } from "./names.ts"

/** Where a reference of a template leads. */
export type Target =
  | { readonly leads: "resource"; readonly template: Template; readonly id: string; readonly attribute?: string }
  /** An id or an ARN as text. */
  | { readonly leads: "text"; readonly text: string }
  /** Outside of what was read: a parameter, an import, a function. */
  | { readonly leads: "outside"; readonly text: string }
  /** To a resource that the template does not have. */
  | { readonly leads: "nowhere"; readonly text: string }

/** Resources that SAM makes by itself. */
export const implicitRest = "ServerlessRestApi"
export const implicitHttp = "ServerlessHttpApi"

/** Most values that one place can have under different conditions; further ones are not looked at. */
const maxBranches = 32

/** What one template exports may be an import of its own. */
const maxImports = 10

/** One template of CloudFormation or SAM, with all that its functions can be resolved from. */
export class Template {
  readonly name: string
  readonly root: Members
  readonly resources: ReadonlyMap<string, Members>
  readonly #parameters: unknown
  readonly #all: readonly Template[]

  /** @param all every template that was read, this one as well; exports of one are imports of another */
  constructor(root: Members, name: string, all: readonly Template[]) {
    this.name = name
    this.root = root
    this.#parameters = member(root, "Parameters")
    this.#all = all
    const resources = Object.entries(Object(member(root, "Resources")) as Members)
    this.resources = new Map(
      resources.filter((entry): entry is [string, Members] => typeof entry[1] === "object" && entry[1] !== null),
    )
  }

  /** Resources of a type, with their properties. */
  *ofType(...types: readonly string[]): Generator<[id: string, properties: Members, type: string]> {
    for (const [id, resource] of this.resources) {
      const type = member(resource, "Type")
      if (typeof type === "string" && types.includes(type)) yield [id, this.properties(id), type]
    }
  }

  properties(id: string): Members {
    return Object(this.one(member(this.resources.get(id), "Properties"))) as Members
  }

  /** Every value that a place can have: `Fn::If` has two, and `AWS::NoValue` is undefined. */
  branches(value: unknown, depth: number = 0): readonly unknown[] {
    const branch = member(value, "Fn::If")
    if (member(value, "Ref") === "AWS::NoValue") return [undefined]
    if (!Array.isArray(branch) || depth > 10) return [value]
    return branch
      .slice(1, 3)
      .flatMap((each) => this.branches(each, depth + 1))
      .slice(0, maxBranches)
  }

  /** The one value of a place; undefined if conditions could make it absent. */
  one(value: unknown): unknown {
    const all = this.branches(value)
    return all.includes(undefined) ? undefined : all[0]
  }

  /** The plain value of a place: written, a parameter's default, or made of both. Undefined if it is not shown. */
  plain(value: unknown, depth: number = 0): unknown {
    const all = this.branches(value).map((each) => this.#plain(each, depth))
    return all.every((each) => JSON.stringify(each) === JSON.stringify(all[0])) ? all[0] : undefined
  }

  #plain(value: unknown, depth: number): unknown {
    if (Array.isArray(value)) {
      const list = depth > 5 ? [undefined] : value.map((each) => this.plain(each, depth + 1))
      return list.includes(undefined) ? undefined : list
    }
    if (typeof value !== "object" || value === null) return value
    const reference = member(value, "Ref")
    if (typeof reference === "string") return member(member(this.#parameters, reference), "Default")
    const given = member(value, "Fn::Sub")
    if (typeof given !== "string") return undefined
    let known = true
    const filled = given.replace(/\$\{(\w+)\}/g, (_, name: string) => {
      const found = member(member(this.#parameters, name), "Default")
      known &&= found !== undefined
      return String(found)
    })
    return known && !filled.includes("${") ? filled : undefined
  }

  /** Where a reference leads: `Ref`, `Fn::GetAtt`, `Fn::Sub` of one name, `Fn::ImportValue`, or text. */
  target(value: unknown, imports: number = 0): Target {
    const [first] = this.branches(value).filter((each) => each !== undefined)
    if (typeof first === "string") return { leads: "text", text: first }
    const reference = member(first, "Ref")
    if (typeof reference === "string") return this.#resource(reference)
    const attribute = member(first, "Fn::GetAtt")
    if (attribute !== undefined) {
      const [id = "", ...rest] = Array.isArray(attribute) ? attribute.map(String) : String(attribute).split(".")
      return this.#resource(id, rest.join("."))
    }
    const substituted = member(first, "Fn::Sub")
    const [, id, ofId] = typeof substituted === "string" ? (/^\$\{(\w+)(?:\.([\w.]+))?\}$/.exec(substituted) ?? []) : []
    if (id !== undefined) return this.#resource(id, ofId)
    const imported = member(first, "Fn::ImportValue")
    if (imported !== undefined && imports < maxImports) return this.#exported(imported, imports + 1)
    return { leads: "outside", text: functionName(first) }
  }

  #resource(id: string, attribute?: string): Target {
    if (this.resources.has(id) || id === implicitRest || id === implicitHttp)
      return { leads: "resource", template: this, id, ...(attribute !== undefined && { attribute }) }
    const isParameter = id.startsWith("AWS::") || member(this.#parameters, id) !== undefined
    return { leads: isParameter ? "outside" : "nowhere", text: id }
  }

  /** Templates of one application import what another one of them exports. */
  #exported(name: unknown, imports: number): Target {
    const wanted = JSON.stringify(name)
    for (const other of this.#all) {
      for (const output of Object.values(Object(member(other.root, "Outputs")) as Members)) {
        const exported = member(member(output, "Export"), "Name")
        if (exported !== undefined && JSON.stringify(exported) === wanted && other !== this)
          return other.target(member(output, "Value"), imports)
      }
    }
    return { leads: "outside", text: text(name) ?? "an import" }
  }
}

const functionName = (value: unknown): string => Object.keys(Object(value) as object)[0] ?? "nothing"

/** One text per resource, or per id outside, so that what belongs together can be collected. */
export function keyOf(target: Target): string {
  return target.leads === "resource" ? `${target.template.name}\n${target.id}` : target.text
}
