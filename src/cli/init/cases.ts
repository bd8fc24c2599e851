import type { AuthorizerConfig, Claims } from "../../index.ts"
import { accessMatrix, callersOfCases } from "../../policy.ts"
import { type CaseCaller, type Cases, runCases } from "../../testing.ts"

/** Most routes and callers of a first cases file: it is for reading. */
const most = { routes: 100, callers: 6 }
/** Claims that each token has for itself. */
const ownTimes = ["iat", "exp", "nbf", "auth_time", "jti", "origin_jti", "uti"]

/**
 * A first cases file: the callers that the rules tell apart, and what the configuration decides about each on each
 * route.
 *
 * @returns YAML
 */
export function casesText(configuration: AuthorizerConfig): string {
  const requests = requestsFor(configuration)
  const callers = callersFor(configuration, requests)
  const matrix: { [request: string]: { [caller: string]: string } } = {}
  for (const { request, caller, got } of runCases(configuration, casesOf(callers, requests)).cases)
    matrix[request] = { ...matrix[request], [caller]: got.outcome }
  const names = Object.entries(callers)
  return [
    "# Cases for `hallpass test`. Callers are claims on the skeleton of a token of your provider; nobody has no token.",
    "# This is what the configuration decides now. Change what is not what you want, and add your own callers.",
    ...(names.length === 0 ? [] : ["callers:"]),
    ...names.map(([name, { claims }]) => `  ${name}: ${claims === undefined ? "{}" : `{ claims: ${flow(claims)} }`}`),
    "matrix:",
    ...Object.entries(matrix).map(
      ([request, row]) =>
        `  ${scalar(request)}: { ${Object.entries(row)
          .map(([name, outcome]) => `${name}: ${outcome}`)
          .join(", ")} }`,
    ),
    "",
  ].join("\n")
}

type Callers = { readonly [name: string]: CaseCaller }

function casesOf(callers: Callers, requests: readonly string[]): Cases {
  const names = [...Object.keys(callers), "nobody"]
  return {
    callers,
    tests: requests.flatMap((request) => names.map((caller) => ({ caller, request, expect: "allow" as const }))),
  }
}

function callersFor(configuration: AuthorizerConfig, requests: readonly string[]): Callers {
  const [skeleton] = callersOfCases(configuration, { callers: { caller: {} } })
  const given = skeleton?.claims ?? {}
  const callers: { [name: string]: CaseCaller } = {}
  for (const { name, claims = {} } of accessMatrix(configuration).callers.slice(0, most.callers)) {
    const differing = differingClaims(claims, given)
    const short: CaseCaller = Object.keys(differing).length === 0 ? {} : { claims: differing }
    const whole: CaseCaller = { claims: { ...differing, ...absentClaims(claims, given) } }
    const verdicts = (caller: CaseCaller): string =>
      runCases(configuration, casesOf({ caller }, requests))
        .cases.map(({ got }) => got.outcome)
        .join()
    callers[nameFor(name, callers)] = verdicts(short) === verdicts(whole) ? short : whole
  }
  return callers
}

/** What has to be said of a caller, since the skeleton has the rest. */
function differingClaims(claims: Claims, skeleton: Claims): { readonly [claim: string]: unknown } {
  const changed = Object.entries(claims).filter(
    ([claim, value]) => !ownTimes.includes(claim) && JSON.stringify(value) !== JSON.stringify(skeleton[claim]),
  )
  return Object.fromEntries(changed)
}

/** Claims of the skeleton that a caller does not have, as a cases file takes them out. */
function absentClaims(claims: Claims, skeleton: Claims): { readonly [claim: string]: null } {
  const absent = Object.keys(skeleton).filter((claim) => !Object.hasOwn(claims, claim) && !ownTimes.includes(claim))
  return Object.fromEntries(absent.map((claim) => [claim, null]))
}

/** `caller with scope orders:read` becomes `scope-orders-read`. */
function nameFor(name: string, taken: Callers): string {
  const words = name.replace(/^.*? with /, "").toLowerCase()
  const slug =
    words
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-|-$/g, "")
      .slice(0, 40) || "caller"
  const base =
    ["nobody", "null", "true", "false", "constructor"].includes(slug) || /^\d/.test(slug) ? `caller-${slug}` : slug
  let free = base
  for (let number = 2; Object.hasOwn(taken, free); number++) free = `${base}-${number}`
  return free
}

/** A request for each route of the table that is the most specific one for it. */
function requestsFor(configuration: AuthorizerConfig): readonly string[] {
  const keys = Object.keys(configuration.routes ?? {}).slice(0, most.routes)
  return [...new Set(keys.flatMap((key) => requestFor(key, configuration)))]
}

function requestFor(key: string, configuration: AuthorizerConfig): readonly string[] {
  if (key === "$connect") return [key]
  const [method = "GET", template = "/"] = key === "$default" ? ["GET", "/not-in-the-table"] : key.split(" ")
  for (const value of ["7", "example", "xyz"]) {
    const path = template.replace(/\{[^{}]*\+\}/g, `${value}/more`).replace(/\{[^{}]*\}/g, value)
    const request = `${method === "ANY" ? "GET" : method} ${path}`
    const [found] = runCases(configuration, { tests: [{ caller: "nobody", request, expect: "allow" }] }).cases
    if (found?.route === key || (key === "$default" && found?.route === undefined)) return [request]
  }
  return []
}

/** A text as a key of YAML: quoted as JSON unless it is plain. */
const scalar = (text: string): string => (/^[A-Za-z$][\w $/.-]*$/.test(text) ? text : JSON.stringify(text))
/** JSON is a flow of YAML. */
const flow = (value: object): string =>
  `{ ${Object.entries(value)
    .map(([name, inner]) => `${scalar(name)}: ${JSON.stringify(inner)}`)
    .join(", ")} }`
