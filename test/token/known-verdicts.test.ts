import { describe, expect, it } from "vitest"
import { type Authorizer, createAuthorizer } from "../../src/index.ts"
import type { IssuerConfig } from "../../src/types/configuration.ts"
import type { Decision, TraceEntry } from "../../src/types/decision.ts"
import { claimFixtures, consumerTenant, issuerOf } from "../support/claim-fixtures.ts"
import { http2 } from "../support/events.ts"
import { testKey } from "../support/keys.ts"
import { clock, mint, nowSeconds } from "../support/mint.ts"

// What verification makes of each claim of the providers' tokens, as a whole. The tokens are signed with a curve: that
// takes a tenth of the time.

type Claims = { readonly [name: string]: unknown }
interface Case {
  readonly name: string
  readonly issuer: IssuerConfig
  readonly header: { readonly kid: string; readonly [name: string]: unknown }
  readonly claims: Claims
}

const key = testKey("p256")
const leftOut = Symbol("left out")
const tenant = "7c1f0a3e-52b4-4d0b-9a86-0d6f2f1b9c11"

/** The issuer with the key of the curve in place of the key of this kid. */
function withCurve(issuer: IssuerConfig, kid: string): IssuerConfig {
  const { keys } = issuer.jwks as { readonly keys: readonly { readonly kid: string; readonly issuer?: string }[] }
  const named = keys.filter((jwk) => jwk.kid === kid)
  const jwks = { keys: named.map(({ issuer }) => ({ ...key.jwk, kid, ...(issuer && { issuer }) })) }
  return { ...issuer, jwks, algorithms: ["ES256"] } as IssuerConfig
}

/** Tenants have to be named, or admitted on purpose. */
const allowed: { readonly [file: string]: readonly string[] } = {
  "entra-v2-access-consumer-account": [consumerTenant],
  "entra-v2-negative-tid-iss-mismatch": [tenant, "b1d9e0c2-6a77-4e5c-8f10-3c2a9d7e4f55"],
}

const jwks = { keys: [{ ...key.jwk, kid: "k" }] }
const times = { iat: nowSeconds - 60, exp: nowSeconds + 3540 }

/** Configurations of which no fixture is. */
const further: readonly Case[] = [
  {
    name: "adfs, a user",
    issuer: { provider: "adfs", domain: "adfs.example", audience: "orders", jwks },
    header: { kid: "k" },
    claims: {
      ...{ iss: "http://adfs.example/adfs/services/trust", aud: "orders", ...times, appid: "web", apptype: "Public" },
      ...{ sub: "s", upn: "ann@acme.example", scp: "openid orders", role: ["a"], group: "g" },
    },
  },
  {
    name: "adfs, a program",
    issuer: { provider: "adfs", domain: "adfs.example", audience: "orders", subject: "upn", jwks },
    header: { kid: "k" },
    claims: {
      ...{ iss: "http://adfs.example/adfs/services/trust", aud: "orders", ...times, appid: "job" },
      apptype: "Confidential",
    },
  },
  {
    name: "wso2, a program",
    issuer: { provider: "wso2", baseUrl: "https://is.example", audience: "web", permissions: "p", jwks },
    header: { kid: "k" },
    claims: {
      ...{ iss: "https://is.example/oauth2/token", aud: "web", ...times, sub: "ann", aut: "APPLICATION", azp: "job" },
      ...{ client_id: "job", scope: "a b", roles: "r", groups: ["g"], p: ["x", "y"], org_id: "acme" },
    },
  },
  {
    name: "entra, every tenant",
    issuer: {
      ...{ provider: "entra", tenant: "organizations", allowAnyTenant: true, audience: tenant, version: [1, 2], jwks },
      acknowledge: "any Microsoft tenant can grant itself roles and scopes of this app",
    },
    header: { kid: "k", typ: "JWT" },
    claims: {
      ...{ iss: `https://login.microsoftonline.com/${tenant}/v2.0`, aud: tenant, ...times, ver: "2.0", tid: tenant },
      ...{ azp: "web", oid: "ann", scp: "a", sub: "s", hasgroups: false },
    },
  },
  {
    name: "auth0, one organization",
    issuer: { provider: "auth0", domain: "acme.example", audience: "orders", organizations: "org_1", jwks },
    header: { kid: "k", typ: "at+jwt" },
    claims: { iss: "https://acme.example/", aud: "orders", ...times, sub: "web", client_id: "web", org_id: "org_1" },
  },
  {
    name: "auth0, no organization",
    issuer: { provider: "auth0", domain: "acme.example", audience: "orders", organizations: "none", jwks },
    header: { kid: "k", typ: "JWT" },
    claims: { iss: "https://acme.example/", aud: ["orders"], ...times, sub: "ann", azp: "web", scope: "a" },
  },
  {
    name: "oidc, ID tokens",
    issuer: { provider: "oidc", issuer: "https://id.example", audience: "web", tokenUse: "id", jwks },
    header: { kid: "k" },
    claims: { iss: "https://id.example", aud: "web", ...times, sub: "ann", nonce: "n", at_hash: "h", auth_time: 1 },
  },
  {
    name: "oidc, lists in brackets, nested claims",
    issuer: {
      ...{ provider: "oidc", issuer: "https://id.example", audience: "web", listFormat: "bracketed", jwks },
      ...{
        roles: [["a", "r"], "role"],
        groups: "g",
        permissions: ["a", "p"],
        tenant: ["a", "t"],
        scopes: ["s", "scp"],
      },
      ...{ require: { level: [1, "high"], named: { present: true } }, accessTokenClaim: ["a", "t"] },
    },
    header: { kid: "k" },
    claims: {
      ...{ iss: "https://id.example", aud: "web", ...times, sub: "ann", s: "x  y ", scp: ["z"], level: 1, named: 0 },
      ...{ a: { r: "[one, t+wo]", p: ["p"], t: "acme" }, role: "[three]", g: " [g]", cid: "job" },
    },
  },
]

const cases: readonly Case[] = [
  ...[...claimFixtures.values()].map((fixture): Case => {
    const { header, payload } = fixture
    const allowedTenants = allowed[fixture.file]
    const issuer = { ...issuerOf(fixture), ...(allowedTenants && { allowedTenants }) } as IssuerConfig
    return { name: fixture.file, issuer, header: { ...header, alg: "ES256" }, claims: { ...payload } }
  }),
  ...further,
]

const tokenOf = (header: object, claims: object): string => mint(JSON.stringify(claims), { header, alg: "ES256", key })

const authorizerOf = ({ issuer, header }: Case): Authorizer =>
  createAuthorizer({ issuers: [withCurve(issuer, header.kid)], cache: { maxTokens: 0 } }, { clock })

const decide = (authorizer: Authorizer, token: string): Promise<Decision> =>
  authorizer.decide(http2(`Bearer ${token}`), { trace: "values" })

const json = (value: unknown): string => JSON.stringify(value) ?? "undefined"

const entryText = ({ check, expected, found, ok, reason }: TraceEntry): string =>
  [
    `${ok ? "+" : "-"} ${check}`,
    ...(expected === undefined ? [] : [`expected ${json(expected)}`]),
    ...(found === undefined ? [] : [`found ${json(found)}`]),
    ...(reason === undefined ? [] : [reason]),
  ].join(", ")

const traceOf = ({ trace = [] }: Decision): readonly string[] =>
  trace.filter(({ stage }) => stage === "token").map(entryText)

/** The members of the principal, its claims left out. */
function membersOf({ principal }: Decision): Claims {
  const { claims: _, ...members } = principal ?? { claims: {} }
  return members
}

/** What a change of a claim makes of the verdict: a refusal with the check that failed, or what changed. */
function verdictText(decision: Decision, usual: Decision): string {
  const failed = decision.trace?.find(({ ok, stage }) => !ok && stage === "token")
  if (decision.principal === undefined) return `${decision.reason} (${failed?.check})`
  const [now, before] = [membersOf(decision), membersOf(usual)]
  const changed = [...new Set([...Object.keys(before), ...Object.keys(now)])]
    .filter((name) => json(now[name]) !== json(before[name]))
    .map((name) => `${name}: ${json(now[name])}`)
  if (decision.reason !== usual.reason) changed.unshift(decision.reason)
  return changed.length === 0 ? "the same" : changed.join(", ")
}

/** What stands in the place of a claim. */
function othersOf(value: unknown): readonly unknown[] {
  const derived = typeof value === "string" ? [`${value}x`, value.toUpperCase(), [value], `[${value}]`] : []
  const lists = Array.isArray(value) ? [value[0], [...value, 7]] : []
  return [leftOut, null, 7, "", "x", [], {}, ...derived, ...lists]
}

const shown = (value: unknown): string => (value === leftOut ? "left out" : json(value))

function grouped(rows: readonly (readonly [value: string, effect: string])[]): readonly string[] {
  const effects = Map.groupBy(rows, ([, effect]) => effect)
  return [...effects].map(([effect, ones]) => `    ${ones.map(([value]) => value).join(" | ")}  →  ${effect}`)
}

/** Of tokens that are alike one is changed. */
const changed = new Set([
  ...["auth0-access-m2m", "auth0-access-user-organization", "cognito-access-user-oauth-groups", "cognito-access-m2m"],
  ...["cognito-access-user-resource-bound", "entra-b2c-access-user", "entra-external-id-access-user"],
  ...["entra-v1-access-user", "entra-v2-access-app", "entra-v2-access-user-hasgroups", "github-actions-oidc"],
  ...["google-id-token-user", "keycloak-access-user", "okta-custom-as-access-user-groups"],
  ...["okta-custom-as-access-client", "pingone-access-client", "wso2-is-access-user"],
  ...further.map(({ name }) => name),
])

/** Claims that no case here has; each is tried in every case that is accepted. */
const marks = ["cnf", "events", "at_hash", "c_hash", "nonce", "typ", "token_use", "jti", "scp", "scope", "nbf", "iat"]
const markValues: { readonly [name: string]: readonly unknown[] } = {
  typ: ["ID", "Refresh", "Offline", "Logout", "Bearer", "id"],
  token_use: ["id", "refresh", "access"],
  jti: ["ID.x", "xID."],
}

async function linesOf(one: Case): Promise<readonly string[]> {
  const authorizer = authorizerOf(one)
  const usual = await decide(authorizer, tokenOf(one.header, one.claims))
  const lines = [
    `${one.name}: ${usual.outcome} ${usual.reason} ${json(membersOf(usual))}`,
    ...traceOf(usual).map((entry) => `  ${entry}`),
  ]
  if (!changed.has(one.name)) return lines
  const alike = new Map<string, string[]>()
  const names = [...new Set([...Object.keys(one.claims), ...marks])]
  for (const name of names) {
    const rows: [string, string][] = []
    for (const value of [...othersOf(one.claims[name]), ...(markValues[name] ?? [])]) {
      const { [name]: _, ...without } = one.claims
      const claims = value === leftOut ? without : { ...one.claims, [name]: value }
      rows.push([shown(value), verdictText(await decide(authorizer, tokenOf(one.header, claims)), usual)])
    }
    const text = rows.every(([, effect]) => effect === "the same")
      ? "    anything  →  the same"
      : grouped(rows).join("\n")
    alike.set(text, [...(alike.get(text) ?? []), name])
  }
  return [...lines, ...[...alike].flatMap(([text, names]) => [`  ${names.join(", ")}`, text])]
}

describe("what verification makes of each claim is what it was", () => {
  it("in the file known-verdicts.txt, which `npx vitest run -u` writes anew", async () => {
    const lines = (await Promise.all(cases.map(linesOf))).flat()
    await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot("known-verdicts.txt")
  })
})
