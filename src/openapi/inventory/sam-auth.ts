import { isObject } from "../../shared/is-object.ts"
import { type Members, member } from "../document.ts"
import { isHallpass } from "./cloudformation-authorizers.ts"
import { flag, functionNames, isMarked, number, resourcePolicy, settingsOf, text } from "./names.ts"
import { payloadVersion } from "./openapi-schemes.ts"
import type { Template } from "./template.ts"
import { type ApiReading, type AuthorizerReading, open, type RouteAuth, weakest } from "./types.ts"

/** The `Auth` of an API of SAM, with what `Globals` adds to it. */
export interface SamAuth {
  readonly template: Template
  readonly auth: Members
  readonly authorizers: ReadonlyMap<string, AuthorizerReading>
  /** Whether preflights get the default authorizer as well. SAM's own default is true. */
  readonly preflights: boolean
}

export function readSamAuth(given: unknown, globals: unknown, kind: "rest" | "http", template: Template): SamAuth {
  const auth = merged(template.one(globals), template.one(given))
  const listed = Object.entries(Object(template.one(auth.Authorizers)) as Members)
  const authorizers = listed.map(([name, value]): [string, AuthorizerReading] => [
    name,
    samAuthorizer(name, Object(template.one(value)) as Members, kind, template),
  ])
  return {
    template,
    auth,
    authorizers: new Map(authorizers),
    preflights: flag(template.plain(auth.AddDefaultAuthorizerToCorsPreflight)) ?? true,
  }
}

/** Objects are merged member by member, as SAM merges `Globals`; what the resource says wins. */
function merged(globals: unknown, own: unknown, depth: number = 0): Members {
  if (!isObject(globals) || !isObject(own)) return isObject(own) ? own : isObject(globals) ? globals : {}
  const both = Object.entries(own).map(([name, value]) => {
    const other = member(globals, name)
    return [name, isObject(value) && isObject(other) && depth < 10 ? merged(other, value, depth + 1) : value] as const
  })
  return { ...globals, ...Object.fromEntries(both) }
}

function samAuthorizer(name: string, given: Members, kind: "rest" | "http", template: Template): AuthorizerReading {
  const functions = functionNames(template.one(given.FunctionArn))
  // A REST API has no third kind.
  const isLambda = given.FunctionArn !== undefined || (kind === "rest" && given.UserPoolArn === undefined)
  const means = isLambda ? "lambda" : kind === "http" ? "jwt" : "cognito"
  const marked = isMarked(name) || functions.some((each) => isHallpass(each, template))
  const base = { name, ids: [name, ...functions], means, functions, marked } as const
  if (!isLambda) return { ...base, settings: {} }
  const identity = template.one(given.Identity)
  const form =
    kind === "http" || text(template.plain(given.FunctionPayloadType))?.toUpperCase() === "REQUEST"
      ? "REQUEST"
      : "TOKEN"
  const ttl = member(identity, "ReauthorizeEvery")
  return {
    ...base,
    settings: settingsOf({
      form,
      resultTtlSeconds: ttl === undefined && kind === "rest" ? 300 : number(template.plain(ttl)),
      identitySources: identitySources(identity, form, kind, template),
      payloadFormatVersion:
        kind === "http" ? payloadVersion(template.plain(given.AuthorizerPayloadFormatVersion)) : undefined,
      simpleResponses:
        kind === "rest"
          ? undefined
          : given.EnableSimpleResponses === undefined
            ? false
            : flag(template.plain(given.EnableSimpleResponses)),
    }),
  }
}

/** SAM writes the prefixes. */
function identitySources(
  identity: unknown,
  form: "TOKEN" | "REQUEST",
  kind: "rest" | "http",
  template: Template,
): readonly string[] | undefined {
  if (form === "TOKEN") {
    const header = member(identity, "Header")
    const name = header === undefined ? "Authorization" : text(template.plain(header))
    return name === undefined ? undefined : [`method.request.header.${name}`]
  }
  const [request, dollar] = kind === "http" ? ["$request", "$"] : ["method.request", ""]
  const prefixes = {
    Headers: `${request}.header.`,
    QueryStrings: `${request}.querystring.`,
    StageVariables: `${dollar}stageVariables.`,
    Context: `${dollar}context.`,
  }
  const found: string[] = []
  for (const [name, prefix] of Object.entries(prefixes)) {
    const given = member(identity, name)
    const list = given === undefined ? [] : template.plain(given)
    if (!Array.isArray(list)) return undefined
    found.push(...list.map((each) => `${prefix}${each}`))
  }
  return found
}

/** What a route asks by the name of an authorizer; without a name it is the API's default. */
export function samChoice({ template, auth, authorizers }: SamAuth, named: unknown, isDefault: boolean): RouteAuth {
  const byName = (value: unknown): RouteAuth => {
    const chosen = value === undefined && isDefault ? template.one(auth.DefaultAuthorizer) : value
    if (chosen === undefined || chosen === null) return open
    const name = template.plain(chosen)
    if (name === "NONE") return { ...open, detail: "Authorizer: NONE" }
    const found = authorizers.get(String(name))
    if (found !== undefined) return { means: found.means, authorizer: found }
    if (name === "AWS_IAM") return { means: "iam" }
    return { means: "unknown", detail: `${String(name)}, which Auth.Authorizers does not have`, broken: true }
  }
  return weakest(template.branches(named).map(byName))
}

/** `ResourcePolicy` of SAM: every list but the custom statements comes with an Allow. */
export function samPolicy({ template, auth }: SamAuth): ApiReading["resourcePolicy"] {
  const policy = template.one(auth.ResourcePolicy)
  if (policy === undefined) return "silent"
  const { CustomStatements: custom, ...lists } = Object(policy) as Members
  if (Object.keys(lists).length > 0) return "allows"
  return resourcePolicy({ Statement: template.one(custom) })
}
