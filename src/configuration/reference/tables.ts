import type { AnyOption } from "../../problems/declaration.ts"
import { allPresets } from "../../provider/all-presets.ts"
import { edgeBlock } from "../declared/edge.ts"
import { headerBlock } from "../declared/edge-headers.ts"
import { evidenceOptions } from "../declared/evidence.ts"
import { claimDemand, ruleOptions } from "../declared/rule.ts"
import { environmentVariables, type Target, targetOf } from "../environment.ts"
import { optionTexts } from "./texts.ts"
import { configuration } from "./whole.ts"

type Members = { readonly [name: string]: AnyOption }

/** The options of a table, and the path of their texts. */
interface Source {
  readonly members: Members
  readonly at: string
}

const membersOf = ({ about }: AnyOption): Members => about[0] as Members
const block = (name: string): Source => ({
  members: membersOf((configuration as unknown as Members)[name] as AnyOption),
  at: name,
})
const evidence = (name: string): Source => ({
  members: membersOf((evidenceOptions as unknown as Members)[name] as AnyOption),
  at: `edge.evidence[].${name}`,
})

const sources: { readonly [table: string]: Source } = {
  configuration: { members: withoutSchema(configuration as unknown as Members), at: "" },
  rule: { members: ruleOptions as unknown as Members, at: "routes[]" },
  claim: { members: membersOf(claimDemand), at: "routes[].claims[]" },
  ...Object.fromEntries(
    ["gateway", "credential", "keys", "cache", "observe", "secrets", "assertion", "shadow"].map((name) => [
      name,
      block(name),
    ]),
  ),
  edge: { members: membersOf(edgeBlock), at: "edge" },
  header: { members: membersOf(headerBlock), at: "edge.headers[]" },
  ...Object.fromEntries(["jws", "hmac", "mtls", "secret"].map((name) => [name, evidence(name)])),
  issuers: { members: ofProvider("okta", false), at: "issuers[]" },
  ...Object.fromEntries(
    Object.keys(allPresets).map((provider) => [provider, { members: ofProvider(provider, true), at: provider }]),
  ),
}

function withoutSchema({ $schema: _, ...others }: Members): Members {
  return others
}

/** @param own the options that only this provider has, or those that every issuer takes */
function ofProvider(provider: string, own: boolean): Members {
  const options = (allPresets as { readonly [name: string]: { readonly options: object } | undefined })[provider]
    ?.options
  const rows = Object.entries((options ?? {}) as Members)
  return Object.fromEntries(
    rows.filter(([name]) => name !== "provider" && Object.hasOwn(optionTexts, `${provider}.${name}`) === own),
  )
}

const quoted = (words: readonly unknown[]): string => {
  const texts = words.map((word) => `\`${JSON.stringify(word)}\``)
  return texts.length < 2 ? texts.join("") : `${texts.slice(0, -1).join(", ")} or ${texts.at(-1)}`
}

/** What each kind of option is called in a table. */
// biome-ignore lint/suspicious/noExplicitAny: what a kind is about is up to the kind
const types: { readonly [kind: string]: (about: readonly any[]) => string } = {
  number: ([min, max, unit]) => `${min} to ${max} ${/^\w+$/.test(unit) ? unit : `(${unit})`}`,
  flag: () => "`true` or `false`",
  words: (words) => (words.length > 9 ? "name of an algorithm" : quoted(words)),
  text: () => "text",
  orNull: ([one]) => `${typeOf(one)} or \`null\``,
  list: ([item]) => `list of ${plural(typeOf(item))}`,
  oneOrMore: ([item]) => `${typeOf(item)}, or a list`,
  block: () => "object",
  claimName: () => "claim name",
  claimPath: () => "claim path",
  claimPaths: () => "claim path, or a list of lists",
  claimValues: () => "text, number, `true` or `false`, or a list",
  map: ([item]) => `object: context key → ${typeOf(item)}`,
  context: () => "object: context key → claim path",
  certificates: () => "text",
  demand: ([one]) => `${typeOf(one)}, \`{ "all": […] }\` or \`{ "any": […] }\``,
  alternatives: () => "list of at least two rules",
  routes: () => "object: route key → rule",
  jwks: () => "JWK Set",
  require: () => "object: claim → value",
  version: () => "`1`, `2` or `[1, 2]`",
  keys: () => "object, see [keys](configuration.md#keys)",
  issuer: () => "issuer, see [providers](providers.md)",
  headerName: () => "header name",
  headers: () => "object: context key → header",
  secretReference: () => "reference to a secret",
  evidenceOfHeader: () => "list of evidence",
}

function typeOf({ kind, about }: AnyOption): string {
  const type = types[kind]
  if (type === undefined) throw new Error(`no name for options of the kind ${kind}`)
  return type(about)
}

function plural(type: string): string {
  if (type === "object") return "objects"
  return type.replace(/^(text|issuer|claim path|name|reference)\b/, "$1s")
}

function defaultOf(option: AnyOption, at: string): string {
  const text = optionTexts[at]
  if (typeof text === "object") return text.default
  if (option.presence === "required") return "required"
  if (option.presence !== "default") return "none"
  return `\`${JSON.stringify(option.fallback)}\``
}

const cell = (text: string): string => text.replaceAll("|", "\\|")
const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`

/** What each variable sets. */
const targets = environmentVariables().map((name): [string, Target] => [name, targetOf(name) as Target])

/** The table of one block: option, type, default, meaning; and the variable, if options of the block have one. */
export function optionTable(name: string): string {
  if (name === "variables") return variableTable()
  const source = Object.hasOwn(sources, name) ? sources[name] : undefined
  if (source === undefined) throw new Error(`there is no table ${name}: ${Object.keys(sources).join(", ")}, variables`)
  const { members, at } = source
  const paths = Object.keys(members).map((option) => (at === "" ? option : `${at}.${option}`))
  const variables = paths.map((path) => targets.find(([, target]) => pathOf(target) === path)?.[0])
  const hasVariables = variables.some((variable) => variable !== undefined)
  const rows = Object.entries(members).map(([option, declared], index) => {
    const path = paths[index] ?? ""
    const text = optionTexts[path]
    const meaning = typeof text === "object" ? text.text : (text ?? "")
    const variable = variables[index] === undefined ? "" : `\`${variables[index]}\``
    return [`\`${option}\``, typeOf(declared), defaultOf(declared, path), meaning, ...(hasVariables ? [variable] : [])]
  })
  const head = ["option", "type", "default", "meaning", ...(hasVariables ? ["variable"] : [])]
  return [row(head), `|${" --- |".repeat(head.length)}`, ...rows.map(row)].join("\n")
}

const forms: { readonly [reading: string]: string } = {
  plain: "text",
  list: "values with commas between them",
  wholeNumber: "digits",
  share: "a number such as `0.01`",
  yesOrNo: "`true` or `false`",
  parseStrictJson: "JSON",
}

/** Where each block of the variables is in a configuration. */
const blocks = { issuer: "issuers[0].", top: "", gateway: "gateway.", observe: "observe." } as const

function pathOf({ block, option }: Target): string {
  return `${blocks[block]}${option}`
}

function variableTable(): string {
  const rows = targets.map(([variable, target]) => {
    const path = variable === target.option ? "the whole configuration" : `\`${pathOf(target)}\``
    return [`\`${variable}\``, path, forms[target.read.name] ?? ""]
  })
  return [row(["variable", "option", "form"]), "| --- | --- | --- |", ...rows.map(row)].join("\n")
}

const marked = /<!-- options: ([\w-]+) -->\n[\s\S]*?<!-- end of options -->/g

/** A page with its tables renewed: those between `<!-- options: NAME -->` and `<!-- end of options -->`. */
export function withTables(page: string): string {
  return page.replaceAll(
    marked,
    (_, name: string) => `<!-- options: ${name} -->\n\n${optionTable(name)}\n\n<!-- end of options -->`,
  )
}
