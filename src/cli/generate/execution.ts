import type { AuthorizerConfig, RouteRule } from "../../index.ts"
import { compilePolicy } from "../../policy.ts"
import { type CommandLine, textsOption, UsageError } from "../frame/command.ts"
import { allFormed, everythingOf, executionBeginning, fitting, type Target, targetOf } from "./target.ts"

/** A generated document, and what its reader has to know. */
export interface Generated {
  readonly document: object
  readonly notes: readonly string[]
}

const invoke = "execute-api:Invoke"
const version = "2012-10-17"

/**
 * A resource policy of a REST API: everyone, but only by the named addresses, VPCs and endpoints. The Deny holds the
 * conditions, because an Allow of an authorizer's answer is enough by itself in the same account.
 */
export function resourcePolicy(line: CommandLine, config: AuthorizerConfig | undefined): Generated {
  const target = targetOf(line, "resource-policy")
  const principals = allFormed(line, "principal")
  const condition = outside(line)
  const resource = everythingOf(target)
  if (condition === undefined)
    throw new UsageError(
      "resource-policy needs --cidr, --vpc or --vpce: without a Deny it would only open the API, because a Lambda authorizer's " +
        "Allow is enough in the same account",
    )
  const allowed = principals.length === 0 ? "*" : { AWS: principals.map((each) => principalArn(each, target)) }
  const document = {
    Version: version,
    Statement: [
      { Sid: "AllowCallers", Effect: "Allow", Principal: allowed, Action: invoke, Resource: resource },
      { Sid: "DenyOutside", Effect: "Deny", Principal: "*", Action: invoke, Resource: resource, Condition: condition },
    ],
  }
  const opens = principals.length === 0 && config?.gateway?.resourcePolicyAllows !== true
  return {
    document: fitting(document, 8192, "a resource policy", "name fewer addresses, or whole ranges"),
    notes: [
      "DenyOutside refuses what comes neither from a named range nor from a named VPC or endpoint, and what shows no origin.",
      ...(opens
        ? [
            'The Allow for "*" makes a silent authorizer an allow: set gateway.resourcePolicyAllows to true in the configuration.',
          ]
        : []),
      ...(principals.length > 0
        ? [
            "Principals are known on routes with AWS_IAM only: callers with a bearer token are anonymous, and the authorizer decides.",
          ]
        : []),
      "Private APIs need a resource policy. HTTP APIs have none. Deploy the API after a change.",
    ],
  }
}

/**
 * The condition of what is outside all named origins. One Deny with all of them: an origin is one of these, not
 * several.
 */
function outside(line: CommandLine): object | undefined {
  const cidrs = textsOption(line, "cidr").map(checkedCidr)
  const [vpcs, vpces] = [allFormed(line, "vpc"), allFormed(line, "vpce")]
  const strings = {
    ...(vpcs.length > 0 && { "aws:SourceVpc": vpcs }),
    ...(vpces.length > 0 && { "aws:SourceVpce": vpces }),
  }
  const condition = {
    ...(cidrs.length > 0 && { NotIpAddress: { "aws:SourceIp": cidrs } }),
    ...(Object.keys(strings).length > 0 && { StringNotEquals: strings }),
  }
  return Object.keys(condition).length > 0 ? condition : undefined
}

function checkedCidr(text: string): string {
  const [address = "", length, ...rest] = text.split("/")
  const kind = process.getBuiltinModule("node:net").isIP(address)
  const bits = Number(length ?? Number.NaN)
  const isRange = rest.length === 0 && kind !== 0 && /^\d{1,3}$/.test(length ?? "") && bits <= (kind === 4 ? 32 : 128)
  if (!isRange) throw new UsageError("--cidr is like 192.0.2.0/24 or 2001:db8::/32")
  if (bits === 0) throw new UsageError("--cidr with /0 is every address, so nothing would be denied")
  return text
}

function principalArn(text: string, { partition }: Target): string {
  return text.startsWith("arn:") ? text : `arn:${partition}:iam::${text}:root`
}

/** An endpoint policy: only this API, and of it only the routes of the table. */
export function endpointPolicy(line: CommandLine, config: AuthorizerConfig | undefined): Generated {
  const target = targetOf(line, "endpoint-policy")
  if (allFormed(line, "principal").length > 0)
    throw new UsageError(
      "endpoint-policy takes no --principal: callers with a bearer token are anonymous to an endpoint, so it would lock them out",
    )
  const beginning = executionBeginning(target)
  const routes = Object.keys(config?.routes ?? {}).flatMap((key) => patternsOf(key))
  const byRoute = [...new Set(routes)].map((pattern) => beginning + pattern)
  const whole = [`${beginning}*`]
  const documentOf = (resources: readonly string[]) => ({
    Version: version,
    Statement: [{ Sid: "AllowThisApi", Effect: "Allow", Principal: "*", Action: invoke, Resource: resources }],
  })
  const fits = byRoute.length > 0 && JSON.stringify(documentOf(byRoute)).length <= maxEndpointCharacters
  return {
    document: fitting(
      documentOf(fits ? byRoute : whole),
      maxEndpointCharacters,
      "an endpoint policy",
      "use fewer routes",
    ),
    notes: [
      fits
        ? "It allows the routes of the table for every caller: the authorizer decides who may call."
        : "It allows every route of the API: the table has no routes, or too many for an endpoint policy.",
      "An endpoint policy is evaluated before the authorizer. Requests to other APIs through this endpoint are refused.",
    ],
  }
}

const maxEndpointCharacters = 20_480

/** The patterns of a route key, after the stage: with and without what a greedy parameter takes. */
function patternsOf(key: string): readonly string[] {
  if (key.startsWith("$")) return [key === "$default" ? "*" : key]
  const [method = "", path = ""] = key.split(" ")
  const text = path.replace(/^\//, "").replace(/\{[^}]*\}/g, "*")
  return [`${method === "ANY" ? "*" : method}/${text}`]
}

/** In place of every stage, which an answer cannot be for. */
const anyStage = "stage"

/** The permissions of IAM callers for some routes of the table, and none to empty the response cache. */
export function invokePolicy(line: CommandLine, config: AuthorizerConfig | undefined): Generated {
  const target = targetOf(line, "invoke-policy")
  const routes = config?.routes ?? {}
  const chosen = textsOption(line, "route")
  if (Object.keys(routes).length === 0) throw new UsageError("invoke-policy needs a configuration with routes")
  const unknown = chosen.find((key) => !Object.hasOwn(routes, key))
  if (unknown !== undefined) throw new UsageError(`--route ${JSON.stringify(unknown)} is no route of the table`)
  const { stage } = target
  const arn = `${executionBeginning({ ...target, stage: stage ?? anyStage })}GET/`
  // The same search for paths that two routes share as for answers: a caller who meets the chosen routes and no others.
  const table = Object.fromEntries(
    Object.keys(routes).map((key): [string, RouteRule] => [
      key,
      chosen.length === 0 || chosen.includes(key) ? {} : { scopes: ["other"] },
    ]),
  )
  const policy = compilePolicy({
    routes: table,
    gateway: { resultTtlSeconds: 300, identitySources: ["token"], maxAnswerBytes: 65_536, tooLarge: "unavailable" },
  })
  const [conflict] = policy.conflicts
  if (conflict !== undefined)
    throw new UsageError(`no policy can tell ${conflict.routes.join(" and ")} apart: ${conflict.message}`)
  const caller = { id: "caller", issuer: "", provider: "oidc", subject: "", kind: "app" } as const
  const nothing = { scopes: [], roles: [], groups: [], permissions: [], expiresAt: 0, claims: {} }
  const { Statement } = policy.document({ ...caller, ...nothing }, arn)
  const statements = Statement.map(({ Effect, Resource }) => ({
    Sid: Effect === "Allow" ? "AllowRoutes" : "DenyOthers",
    ...{ Effect, Action: invoke },
    Resource: [Resource].flat().map((each) => (stage === undefined ? each.replace(`/${anyStage}/`, "/*/") : each)),
  }))
  const everything = everythingOf({ ...target, stage: undefined })
  const document = {
    Version: version,
    Statement: [
      ...statements,
      { Sid: "DenyInvalidation", Effect: "Deny", Action: "execute-api:InvalidateCache", Resource: everything },
    ],
  }
  return {
    document: fitting(document, 6144, "a managed policy", "choose fewer routes with --route, or use several policies"),
    notes: [
      "For routes with AWS_IAM. Attach it to a role or user of the same account; other accounts also need the resource policy.",
      "DenyOthers refuses what else the patterns would open, and paths that a backend may read in another way.",
    ],
  }
}
