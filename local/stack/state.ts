import type { AuthorizerConfig, RouteRule } from "../../src/index.ts"
import { tokenDefects } from "../../src/testing.ts"
import type { Persona, State } from "../server/control-api.ts"
import { demoPersonas } from "./demo.ts"
import { edgeStateOf } from "./edge.ts"
import { groupsClaimOf, scopeClaimOf, scopesAsClaims } from "./provider-claims.ts"
import type { LocalStack } from "./stack.ts"

/** What the page needs to draw itself. */
export function stateOf(stack: LocalStack): State {
  const { mode, source, localIssuers } = stack.options
  const { written, apis } = stack.deployment
  const { edge = apis.get("rest-edge")?.config.edge } = written
  const down = stack.issuers.all.find(({ switches }) => switches.down)
  return {
    ...{ mode, source, backend: stack.backend.name },
    issuers: written.issuers.map((config) => {
      const local = localIssuers ? stack.issuers.of(config) : undefined
      const rotatedAt = local && stack.rotations.get(local.name)
      return {
        ...{ name: local?.name ?? config.provider, provider: config.provider, issuer: local?.issuer ?? "" },
        ...{ local: local !== undefined, down: local?.switches.down ?? false, slowMs: local?.switches.slowMs ?? 0 },
        ...(rotatedAt !== undefined && { rotatedAt }),
        ...{ scopeClaim: scopeClaimOf(config), groupsClaim: groupsClaimOf(config) },
      }
    }),
    personas: personasOf(stack),
    vocabulary: vocabularyOf(written),
    defects: tokenDefects,
    examples: Object.keys(written.routes ?? { "GET /": {} }).map(exampleOf),
    ...(edge && { edge: edgeStateOf(edge) }),
    controls: {
      issuerDown: down?.name ?? null,
      issuerSlowMs: stack.issuers.all[0]?.switches.slowMs ?? 0,
      clockOffsetSeconds: stack.clockOffsetSeconds,
      resultTtlSeconds: stack.resultTtlSeconds,
    },
    keptAnswers: [...apis.values()].reduce((sum, { gateway }) => sum + gateway.cache.size, 0),
    configuration: JSON.stringify(written, null, 2),
    ...(stack.broken && { brokenConfiguration: stack.broken }),
    now: stack.clock(),
  }
}

/** In the demonstration people with names, else one caller for each list of scopes that a rule demands. */
function personasOf({ options: { mode }, deployment: { written }, issuers }: LocalStack): readonly Persona[] {
  if (mode === "demo") {
    const names = issuers.all.map(({ name }) => name)
    const known = demoPersonas.filter(({ issuer }) => names.includes(issuer))
    if (known.length > 0) return known
  }
  return written.issuers.flatMap((config) => {
    const issuer = issuers.of(config)?.name
    if (issuer === undefined) return []
    const lists = rulesOf(written.routes).flatMap(({ scopes }) => {
      const list = namesIn(scopes)
      return list.length === 0 ? [] : [list.join(" ")]
    })
    return ["", ...new Set(lists)].slice(0, 6).map((scopes) => ({
      name: `${issuer}-${scopes === "" ? "nobody" : scopes}`,
      title: scopes === "" ? `a caller of ${issuer} without scopes` : `${issuer} with ${scopes}`,
      issuer,
      claims: scopes === "" ? {} : scopesAsClaims(config, scopes.split(" ")),
    }))
  })
}

function rulesOf(routes: AuthorizerConfig["routes"]): readonly RouteRule[] {
  return Object.values(routes ?? {}).flatMap((rule) => [rule, ...((rule.anyOf ?? []) as readonly RouteRule[])])
}

function namesIn(demand: unknown): readonly string[] {
  const { all, any } = Object(demand) as { readonly all?: unknown; readonly any?: unknown }
  const list = Array.isArray(demand) ? demand : [...[all ?? []].flat(), ...[any ?? []].flat()]
  return list.filter((name): name is string => typeof name === "string")
}

function vocabularyOf({ routes }: AuthorizerConfig): State["vocabulary"] {
  const rules = rulesOf(routes)
  const named = (list: "scopes" | "groups" | "roles" | "permissions"): readonly string[] => [
    ...new Set(rules.flatMap((rule) => namesIn(rule[list]))),
  ]
  return { scopes: named("scopes"), groups: named("groups"), roles: named("roles"), permissions: named("permissions") }
}

/** A request that a route is for. */
function exampleOf(route: string): State["examples"][number] {
  if (route === "$connect") return { route, method: "GET", path: "/" }
  if (route === "$default") return { route, method: "GET", path: "/anything" }
  const [method = "GET", template = "/"] = route.split(" ")
  const path = template.replaceAll(/\{([^{}]+)\}/g, (_, name: string) =>
    name.endsWith("+") ? "a/b" : /year/i.test(name) ? "2026" : "7",
  )
  return { route, method: method === "ANY" ? "GET" : method, path }
}
