import { isSegment, readRouteKey } from "../route/template.ts"
import { httpMethods } from "../route/tokens.ts"

const example = 'Write it as API Gateway does, such as "GET /orders/{id}"'
const methods = `ANY, ${httpMethods.join(", ")}`

/**
 * What is wrong with a route key that cannot be read, and the key that may be meant. Such a key looks like a rule and
 * would never apply: no request for `/orders/7` has the route `/orders/:id`, because a colon is plain text for API
 * Gateway.
 */
export function routeKeyProblem(key: string): string {
  const { method, path } = parted(key)
  if (path === undefined) {
    const wrong = method.includes(" ") ? "has a path that does not begin with /" : "has no path"
    return `${wrong}. ${example}, "$default" or "$connect"`
  }
  const plain = path
    .replace(/\?[^/]*=.*$|#.*$/, "")
    .replace(/\/+/g, "/")
    .replace(/(?<=.)\/$/, "")
  const segments = plain.slice(1).split("/")
  const last = segments.length - 1
  const better = `${knownMethod(method)} /${segments.map((part, index) => corrected(part, index === last)).join("/")}`
  const readable = path.startsWith("/") && readRouteKey(better) !== undefined
  const remedy = readable ? `Write "${better}"` : example
  const wrong = pathProblem(path, plain) ?? segments.map((part, index) => segmentProblem(part, index === last))
  return `${[wrong].flat().find((one) => one !== undefined) ?? methodProblem(method)}. ${remedy}`
}

/** The method and the path, also if the blank between them is missing or the path comes first. */
function parted(key: string): { readonly method: string; readonly path: string | undefined } {
  const text = key.trim()
  const slash = text.indexOf("/")
  if (slash === -1) return { method: text, path: undefined }
  const url = /^(\S*)\s*https?:\/\//i.exec(text)
  if (url !== null) return { method: url[1] ?? "", path: text.slice((url[1] ?? "").length).trim() }
  const methodLast = slash === 0 ? /^(\/\S*)\s+([A-Za-z]+)$/.exec(text) : null
  if (methodLast !== null) return { method: methodLast[2] ?? "", path: methodLast[1] ?? "" }
  return { method: text.slice(0, slash).trim(), path: text.slice(slash) }
}

function knownMethod(method: string): string | undefined {
  const plain = method.replace(/\W+$/, "").toUpperCase()
  return plain === "" || plain === "ALL" || plain === "ANY" ? "ANY" : httpMethods.find((known) => known === plain)
}

function methodProblem(method: string): string {
  if (httpMethods.includes(method) || method === "ANY") return "is not a method, one blank and a path"
  if (/\w\W+\w/.test(method))
    return "names several methods; every method has a key of its own, and ANY means all of them"
  return method === "" ? "has no method" : `has a method that API Gateway does not know; it knows ${methods}`
}

function pathProblem(path: string, plain: string): string | undefined {
  if (!path.startsWith("/")) return "has a host; a route begins with the path after the stage"
  if (/[?#]/.test(path) && path.replace(/\/$/, "") !== plain && !plain.includes("?")) {
    return "has a query string or a fragment, which no route has"
  }
  if (path.length > 1 && path.endsWith("/")) return "ends in a slash, which no route of API Gateway does"
  return path.includes("//") ? "has an empty segment" : undefined
}

function segmentProblem(part: string, isLast: boolean): string | undefined {
  if (/^\{[\w.-]+\+\}$/.test(part)) return isLast ? undefined : "has a {parameter+} before its last segment"
  if (isSegment(part) || part === "") return undefined
  if (part === "." || part === "..") return "has a segment . or .., which clients resolve before they send it"
  if (/[^{]\{|\}[^}]/.test(part)) return "has a parameter that is a part of a segment; a parameter is a whole segment"
  return corrected(part, true) === undefined
    ? "has a character that no route of API Gateway has"
    : "has a parameter or a wildcard as another framework writes it; API Gateway takes that as plain text"
}

/** Parameters of other frameworks. What the group `many` matches spans segments. */
const forms: readonly RegExp[] = [
  /^:(?<name>\w+)(?:\([^)]*\))?(?<many>[*+])?\??$/, // Express, Rails: `:id`, `:id(\d+)`, `:path*`
  /^<(?:(?<many>path):|\w+:)?(?<name>\w+)(?::[^>]*)?>$/, // Flask: `<id>`, `<int:id>`, `<path:rest>`
  /^\{(?<many>\*{1,2}):?(?<name>\w+)\}$/, // ASP.NET, Spring: `{*path}`
  /^\{(?<name>\w+)(?<many>:path|\.{3}|\*)\}$/, // Starlette: `{rest:path}`, Go: `{rest...}`
  /^\{(?<name>\w+)\+?[:=?][^{}]*\}$/, // ASP.NET, Spring: `{id:int}`, `{id?}`, `{id:\d+}`
  /^\[{1,2}(?<many>\.{3})?(?<name>\w+)\]{1,2}$/, // Next.js: `[id]`, `[...path]`
  /^(?<many>\*)(?<name>\w+)$/, // Rails, Gin: `*path`
  /^\{(?<name>[\w.-]+)(?<many>\+)\}$/, // API Gateway's own
]
const wildcard = /^(?:\*{1,2}|\(?\.[*+]\)?\$?)$/
const expression = /^[(^]?(?:\\[dw]|\[[^\]]*\]|\.)[+*]?(?:\{[\d,]*\})?[)$]{0,2}$|^(?::|\{\}|<>|\?)$/

/** A segment as API Gateway writes it, or undefined if no meaning can be guessed. */
function corrected(part: string, isLast: boolean): string | undefined {
  if (isSegment(part) && (isLast || !part.endsWith("+}"))) return part
  for (const form of forms) {
    const { name, many } = form.exec(part)?.groups ?? {}
    if (name !== undefined) return many !== undefined && isLast ? `{${name}+}` : `{${name}}`
  }
  if (wildcard.test(part)) return isLast ? "{proxy+}" : "{name}"
  return expression.test(part) ? "{name}" : undefined
}
