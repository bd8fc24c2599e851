import type { AuthorizerConfig, RouteRule } from "../../src/index.ts"
import { ConfigurationError, compilePolicy } from "../../src/policy.ts"
import { oidcIssuer } from "../support/config.ts"

/** A generator of numbers below `limit`, the same for the same seed (mulberry32). */
export type Draw = (limit: number) => number

export function drawFrom(seed: number): Draw {
  let state = seed
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return (((mixed ^ (mixed >>> 14)) >>> 0) % 1_000_003) % limit
  }
}

export const pick = <T>(draw: Draw, list: readonly T[]): T => list[draw(list.length)] as T

const templates = [
  ...["/", "/a", "/b", "/a/{id}", "/a/b", "/a/{id}/b", "/{x}", "/{x}/b", "/{x}/{y}"],
  ...["/{proxy+}", "/a/{proxy+}", "/a/{id}/{proxy+}"],
]
const methods = ["GET", "POST", "ANY"]

/** A rule without `anyOf`. */
function plainRule(draw: Draw): RouteRule {
  const demands: (() => Partial<RouteRule>)[] = [
    () => ({ scopes: [pick(draw, ["r", "w"])] }),
    () => ({ scopes: { any: ["r", "w"] } }),
    () => ({ scopes: { all: ["r", "w"] } }),
    () => ({ roles: ["x"] }),
    () => ({ groups: ["g"] }),
    () => ({ kind: pick(draw, ["user", "app"] as const) }),
    () => ({ claims: [{ path: "tier", equals: pick(draw, ["gold", "silver"]) }] }),
    () => ({
      claims: {
        any: [
          { path: "tier", equals: ["gold", "silver"] },
          { path: ["org", "teams"], contains: "t" },
        ],
      },
    }),
  ]
  return Object.assign({}, ...Array.from({ length: draw(3) }, () => pick(draw, demands)()))
}

export function randomRule(draw: Draw): RouteRule {
  const rule = plainRule(draw)
  const alternatives = [plainRule(draw), plainRule(draw)].filter((each) => Object.keys(each).length > 0)
  return draw(4) > 0 || alternatives.length < 2 ? rule : { ...rule, anyOf: alternatives }
}

/** A random table that the configuration check takes. */
export function randomRoutes(draw: Draw): { [key: string]: RouteRule } {
  for (;;) {
    const routes = anyRoutes(draw)
    try {
      compilePolicy(configOf(routes))
      return routes
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error
    }
  }
}

function anyRoutes(draw: Draw): { [key: string]: RouteRule } {
  const routes: { [key: string]: RouteRule } = {}
  const shapes = new Set<string>()
  for (let count = 1 + draw(5); count > 0; count--) {
    const key = draw(12) === 0 ? "$default" : `${pick(draw, methods)} ${pick(draw, templates)}`
    const shape = key.replace(/\{\w+\}/g, "{}")
    if (!shapes.has(shape)) routes[key] = randomRule(draw)
    shapes.add(shape)
  }
  return routes
}

/** Answers for one route each, so that every table is sound. */
export function configOf(
  routes: { [key: string]: RouteRule } | undefined,
  changes: Partial<AuthorizerConfig> = {},
): AuthorizerConfig {
  return {
    issuers: [oidcIssuer({ roles: "roles", groups: "groups" })],
    ...(routes && { routes }),
    gateway: { resultTtlSeconds: 0, api: "rest" },
    ...changes,
  }
}
