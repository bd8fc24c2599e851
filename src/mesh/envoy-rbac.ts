import { ambiguousForms } from "../route/path.ts"
import type { Template } from "../route/tree.ts"
import { type Condition, isPresence } from "./conditions.ts"
import type { Operation } from "./operations.ts"
import type { MeshRule } from "./rules.ts"

/** The name under which jwt_authn leaves the claims of a verified token. */
export const payloadName = "hallpass"

type Matcher = { readonly [member: string]: unknown }

/** The policies of an RBAC filter that allows what a rule allows, and refuses everything else. */
export function policiesOf(rules: readonly MeshRule[]): { readonly [name: string]: object } {
  const digits = String(rules.length).length
  return Object.fromEntries(
    rules.map(({ routeKey, operations, conditions }, at) => [
      `${String(at + 1).padStart(digits, "0")} ${routeKey ?? "other requests"}`,
      {
        permissions: operations.length === 0 ? [{ any: true }] : operations.map(permission),
        principals: [all("and_ids", "ids", conditions.flatMap(principals))],
      },
    ]),
  )
}

/** Refuses paths that can be read in two ways, before any rule is looked at. */
export function ambiguousPaths(templates: readonly Template[]): object {
  const permissions = ambiguousForms(templates, true).patterns.map((pattern) => path(textMatcher(pattern)))
  return { "paths with two readings": { permissions, principals: [{ any: true }] } }
}

/** An IAM pattern: text between stars; `?` is any one character. */
function textMatcher(pattern: string): Matcher {
  const text = pattern.replace(/^\*|\*$/g, "")
  if (text.includes("?")) return regex(`.*${text.replaceAll("?", ".")}.*`)
  return pattern.endsWith("*") ? { contains: text } : { suffix: text }
}

const regex = (text: string): Matcher => ({ safe_regex: { regex: text } })
const path = (matcher: Matcher): Matcher => ({ url_path: { path: matcher } })

/** One matcher as it is, several joined. */
function all(joined: string, list: string, matchers: readonly Matcher[]): Matcher {
  const [first] = matchers
  return matchers.length === 1 && first !== undefined ? first : { [joined]: { [list]: matchers } }
}

function permission({ methods, paths, notPaths }: Operation): Matcher {
  const parts: Matcher[] = [
    all("or_rules", "rules", methods.map(method)),
    all("or_rules", "rules", paths.map(pathPermission)),
  ]
  if (notPaths !== undefined) parts.push({ not_rule: all("or_rules", "rules", notPaths.map(pathPermission)) })
  return all("and_rules", "rules", parts)
}

const method = (name: string): Matcher => ({ header: { name: ":method", string_match: { exact: name } } })

function pathPermission(template: string): Matcher {
  if (!template.includes("{")) return path({ exact: template })
  return {
    uri_template: {
      name: "envoy.path.match.uri_template.uri_template_matcher",
      typed_config: {
        "@type": "type.googleapis.com/envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig",
        path_template: template.replaceAll("{*}", "*").replaceAll("{**}", "**"),
      },
    },
  }
}

function principals({ claim, values, notValues }: Condition): readonly Matcher[] {
  return [
    ...(values === undefined ? [] : [hasValue(claim, values)]),
    ...(notValues === undefined ? [] : [{ not_id: isExcluded(claim, notValues) }]),
  ]
}

/** A number or an object is there as well, although it has no text. */
function isExcluded(claim: readonly string[], values: readonly string[]): Matcher {
  return isPresence(values) ? metadata(claim, { present_match: true }) : hasValue(claim, values)
}

/** A string with one of the values, or a list with such a string. */
function hasValue(claim: readonly string[], values: readonly string[]): Matcher {
  const matchers = values.flatMap((value) => {
    const text = { string_match: stringMatch(value) }
    return [metadata(claim, text), metadata(claim, { list_match: { one_of: text } })]
  })
  return all("or_ids", "ids", matchers)
}

function stringMatch(value: string): Matcher {
  if (value === "*") return regex(".+")
  return value.endsWith("*") ? { prefix: value.slice(0, -1) } : { exact: value }
}

function metadata(claim: readonly string[], value: Matcher): Matcher {
  const names = [payloadName, ...claim].map((key) => ({ key }))
  return { metadata: { filter: "envoy.filters.http.jwt_authn", path: names, value } }
}
