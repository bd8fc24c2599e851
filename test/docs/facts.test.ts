import { readdirSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { describe, expect, it } from "vitest"
import { checkVerification } from "../../src/configuration/check-configuration.ts"
import { type AuthorizerConfig, createAuthorizer } from "../../src/index.ts"
import { freshForMs } from "../../src/keys/freshness.ts"
import { gatewaySettings } from "../../src/policy.ts"
import { explain } from "../../src/problems/explain-problems.ts"
import { allPresets } from "../../src/provider/all-presets.ts"
import { oidcIssuer } from "../support/config.ts"
import { defaultKeyPolicy } from "../support/defaults.ts"
import { webSocket } from "../support/events.ts"
import { clock, mint } from "../support/mint.ts"

const root = resolve(import.meta.dirname, "../..")
const read = (path: string): string => readFileSync(join(root, path), "utf8")
const names = [
  "README.md",
  ...readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
]
const pages = names.map((name): [string, string] => [name, read(name)])
/** The text of a page as one line, for sentences that are broken into lines. */
const flat = (path: string): string => read(path).replaceAll(/\s+/g, " ")
/** The row of a table whose first cell holds this. */
const row = (path: string, first: string): string =>
  read(path)
    .split("\n")
    .find((line) => line.startsWith("|") && (line.split("|")[1] ?? "").includes(first)) ?? ""

/**
 * What a fact check against the documentation of AWS, of providers and of standards found; each sentence stays held.
 */
describe("13-8: facts in the documentation", () => {
  it("WAF is for REST stages, and no page says in which order throttling and the authorizer come", () => {
    for (const [name, text] of pages) {
      for (const paragraph of text.split(/\n\n|\n(?=[*|])/)) {
        if (/\bWAF\b|web ACL/.test(paragraph))
          expect(paragraph, name).toMatch(/REST API|HTTP and WebSocket APIs take no/)
        expect(paragraph, name).not.toMatch(/throttl[^.]*\b(?:act|acts|come|comes) before/i)
      }
    }
    expect(flat("docs/operate.md")).toContain("AWS documents nowhere whether it acts before the authorizer or after it")
  })

  it("the limits of headers: REST counts headers, HTTP the request line as well, private REST takes 8,000 bytes", () => {
    const limits = read("docs/f5.md").split("## How many groups")[1]?.split("\n## ")[0] ?? ""
    expect(limits).toMatch(/^\| REST \| 10,240 \| names, values and line ends of all headers \|$/m)
    expect(limits).toMatch(/^\| REST, private \| 8,000 \| the same \|$/m)
    expect(limits).toMatch(/^\| HTTP \| 10,240 \| the request line and all headers \|$/m)
    for (const [name, text] of pages) expect(text, name).not.toMatch(/10,240[^.|]*as in API Gateway/)
  })

  it("Entra's manifest says api.requestedAccessTokenVersion; the old name is mentioned as such", () => {
    const texts: [string, string][] = [...pages, ["template.yaml", read("template.yaml")]]
    for (const [name, text] of texts)
      for (const part of text.split(/\n\n|\n(?=[*|])/).filter((each) => each.includes("accessTokenAcceptedVersion")))
        expect(part, name).toMatch(/api\.requestedAccessTokenVersion[\s\S]*before January 2025/)
    expect(read("docs/providers.md")).toContain("`api.requestedAccessTokenVersion`")
    expect(() => createAuthorizer({ issuers: [{ ...entra, version: 3 }] } as never)).toThrow(
      "api.requestedAccessTokenVersion",
    )
  })

  it("README: native JWT authorizers of REST APIs take several issuers, required claims, and scopes for each method", () => {
    expect(flat("README.md")).toContain(
      "Those of REST APIs take several issuers, each with its audiences and required claims, and scopes for each method.",
    )
    expect(flat("README.md")).toContain("Those of HTTP APIs take one issuer and scopes for each route.")
  })

  it("a request is found by either of its ids: in the runbook's query, and in the access logs of the demo APIs", () => {
    const [, query = ""] =
      /### The way of one request\n[\s\S]*?```logs\n([\s\S]*?)```/.exec(read("docs/operate.md")) ?? []
    expect(query).toMatch(/filter requestId = '([^']+)' or extendedRequestId = '\1'/)
    const formats = read("deploy/demo.yaml").match(/^ +\{"requestId":.*\}$/gm) ?? []
    expect(formats).toHaveLength(3)
    for (const format of formats) {
      expect(format).toContain('"requestId":"$context.requestId"')
      if (!format.includes('"api":"http"')) expect(format).toContain('"extendedRequestId":"$context.extendedRequestId"')
    }
    for (const page of ["docs/operate.md", "docs/reasons.md"])
      for (const name of ["requestId", "extendedRequestId"]) expect(flat(page)).toContain(`\`$context.${name}\``)
  })

  it("README: its counts are those of the pages and of the fixtures", () => {
    const faults = read("docs/keys.md").split("## Faults and outcomes")[1]?.match(/^\| `/gm)?.length
    const shapes = readdirSync(join(root, "test/fixtures/idp/claims")).length
    for (const [, count] of read("README.md").matchAll(/(\d+) ways in which a key server can fail/g))
      expect(Number(count)).toBe(faults)
    for (const [, count] of read("README.md").matchAll(/Tokens of (\d+) shapes/g)) expect(Number(count)).toBe(shapes)
  })

  it("roles and groups take the place of the preset's claim; Entra's roles are added", () => {
    const own = { roles: "https://acme.example/roles", groups: "https://acme.example/groups" }
    const issuers = [
      { provider: "okta", domain: "acme.okta.com", audience: "api://orders" },
      { provider: "auth0", domain: "acme.eu.auth0.com", audience: "https://orders" },
      entra,
      { provider: "cognito", userPoolId: "eu-west-1_AbCdEf123", clientIds: ["4k7t9p2q8r3s5v"] },
      oidcIssuer(),
      { provider: "entra-external-id", tenant: entra.tenant, audience: entra.audience },
      { provider: "entra-b2c", tenant: entra.tenant, tenantName: "acme", policy: "B2C_1_a", audience: entra.audience },
      { provider: "adfs", domain: "fs.example.com", audience: "api" },
      { provider: "wso2", baseUrl: "https://is.example.com:9443", audience: "api" },
    ]
    const profiles = (more: object) =>
      checkVerification(
        { issuers: issuers.map((issuer) => ({ ...issuer, ...more })) },
        allPresets,
        explain,
      ).issuers.map(({ profile: { provider, roles, groups } }) => ({ provider, roles, groups }))
    const rolesOf = Object.fromEntries(profiles({}).map(({ provider, roles }) => [provider, roles]))
    const [none, usual] = [[], ["roles"]]
    expect(rolesOf).toEqual({
      ...{ okta: none, auth0: none, cognito: none, oidc: usual, wso2: usual, adfs: ["role"] },
      ...{ entra: usual, "entra-external-id": usual, "entra-b2c": usual },
    })
    expect(Object.keys(rolesOf).toSorted()).toEqual(Object.keys(allPresets).toSorted())
    for (const { provider, roles, groups } of profiles(own)) {
      expect(roles, provider).toEqual(provider.startsWith("entra") ? ["roles", own.roles] : [own.roles])
      expect(groups, provider).toEqual([own.groups])
    }
    expect(row("docs/providers.md", "`groups`")).toMatch(/in place of the one that the preset reads/)
    expect(row("docs/providers.md", "`roles`")).toMatch(
      /takes the place of the claim that the preset reads; for `entra`, `entra-external-id` and `entra-b2c` it is read in addition/,
    )
  })

  it("without max-age, whatever else Cache-Control says, a set is fresh for refreshAfterSeconds", () => {
    const policy = { ...defaultKeyPolicy, refreshAfterSeconds: 1234 }
    for (const cacheControl of [undefined, "no-cache", "no-store", "private, must-revalidate"])
      expect(freshForMs({ "cache-control": cacheControl }, policy), cacheControl).toBe(1_234_000)
    expect(freshForMs({ "cache-control": "public, max-age=900" }, policy)).toBe(900_000)
    expect(row("docs/configuration.md", "`refreshAfterSeconds`")).toContain("without `max-age`")
    for (const [name, text] of pages) expect(text, name).not.toMatch(/without `Cache-Control`/)
  })

  it("a subprotocol needs its own identity source, and a header in the answer of $connect", async () => {
    const config = { issuers: [oidcIssuer()], credential: { subprotocol: "bearer" } }
    const { websocket } = gatewaySettings(config as AuthorizerConfig)
    expect(websocket.identitySources).toEqual(["route.request.header.Sec-WebSocket-Protocol"])
    for (const page of ["docs/configuration.md", "docs/deploy.md"]) {
      expect(flat(page)).toContain("`route.request.header.Sec-WebSocket-Protocol`")
      expect(flat(page)).toMatch(
        /integration of `\$connect` (?:answers|has to answer) with (?:the|a) (?:header )?`Sec-WebSocket-Protocol/,
      )
    }
    const event = webSocket(undefined, { headers: { "Sec-WebSocket-Protocol": `bearer, ${mint()}` } })
    expect(await createAuthorizer(config as AuthorizerConfig, { clock }).decide(event)).toMatchObject({
      outcome: "allow",
    })
  })
})

const entra = {
  provider: "entra",
  tenant: "7c1f0a3e-52b4-4d0b-9a86-0d6f2f1b9c11",
  audience: "3f0e6a52-9c1d-4b7a-8a55-2d1c0b9e7f60",
}
