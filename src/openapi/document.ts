import { object, type Report } from "../problems/option-checks.ts"

/** The members of one object of a document. Read with `member`, so that nothing inherited counts. */
export type Members = { readonly [name: string]: unknown }

/** A parsed OpenAPI document: what the route table is read from. */
export interface OpenApiDocument {
  readonly root: Members
  readonly version: "2.0" | "3.0" | "3.1"
  readonly paths: Members
  /** The security schemes, and their place in the document. */
  readonly schemes: Members
  readonly schemesPath: string
}

/** An own member, or undefined. */
export function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Members)[name]
    : undefined
}

/** @returns undefined, with a report, when it is no document of a known version */
export function openDocument(value: unknown, report: Report): OpenApiDocument | undefined {
  const root = object(value, "document", report)
  if (root === undefined) return undefined
  const version = versionOf(root)
  if (version === undefined) {
    report("openapi", 'must be "3.0.x" or "3.1.x", or else swagger must be "2.0" (a text, in quotes)')
    return undefined
  }
  const paths = object(member(root, "paths"), "paths", report)
  if (paths === undefined) return undefined
  const schemesPath = version === "2.0" ? "securityDefinitions" : "components.securitySchemes"
  const found = version === "2.0" ? member(root, schemesPath) : member(member(root, "components"), "securitySchemes")
  const schemes = found === undefined ? {} : object(found, schemesPath, report)
  return schemes === undefined ? undefined : { root, version, paths, schemes, schemesPath }
}

function versionOf(root: Members): OpenApiDocument["version"] | undefined {
  const openapi = member(root, "openapi")
  if (openapi === undefined) return member(root, "swagger") === "2.0" ? "2.0" : undefined
  if (typeof openapi !== "string") return undefined
  const [, version] = /^(3\.[01])(?:\.|$)/.exec(openapi) ?? []
  return version as "3.0" | "3.1" | undefined
}

/** An object of the document, or the one that its `$ref` leads to, within the document. Others are reported. */
export function follow(document: OpenApiDocument, value: unknown, path: string, report: Report): Members | undefined {
  const passed = new Set<string>()
  for (let next = value; ; ) {
    const found = object(next, path, report)
    const target = member(found, "$ref")
    if (found === undefined || target === undefined) return found
    if (typeof target !== "string" || !target.startsWith("#")) {
      report(`${path}.$ref`, "must begin with #: bundle the parts of the document into one file first")
      return undefined
    }
    if (passed.has(target)) {
      report(`${path}.$ref`, "leads to itself; write the object out in one place")
      return undefined
    }
    passed.add(target)
    next = at(document.root, target)
    if (next === undefined) {
      report(`${path}.$ref`, "leads to nothing in this document; correct it, or write the object out here")
      return undefined
    }
  }
}

/** What a JSON Pointer in the form of a URI fragment points to (RFC 6901 sections 4 and 6). */
function at(root: unknown, fragment: string): unknown {
  let pointer: string
  try {
    pointer = decodeURIComponent(fragment.slice(1))
  } catch {
    return undefined
  }
  if (pointer !== "" && !pointer.startsWith("/")) return undefined
  let value = root
  for (const part of pointer.split("/").slice(1))
    value = member(value, part.replaceAll("~1", "/").replaceAll("~0", "~"))
  return value
}

/** A member's place in a path of a report: escaped, so that nothing in it can steer a terminal. */
export function place(path: string, name: string): string {
  return /^[A-Za-z_][\w-]*$/.test(name) ? `${path}.${name}` : `${path}[${JSON.stringify(name)}]`
}
