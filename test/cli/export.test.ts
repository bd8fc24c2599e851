import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import { parseAllDocuments } from "yaml"
import { istioProblems } from "../mesh/schemas.ts"
import { command, file, folder } from "./in-process.ts"

const issuers = [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }]
const sound = file("export.json", { issuers, routes: { "GET /orders/{id}": { scopes: ["orders:read"] } } })
const kind = file("export-kind.json", { issuers, routes: { "GET /a": { kind: "app" }, "GET /b": {} } })

const documentsOf = (text: string): { kind: string; metadata: object }[] =>
  parseAllDocuments(text).map((each) => {
    expect(each.errors).toEqual([])
    return each.toJS() as { kind: string; metadata: object }
  })

it("18-1: export istio prints YAML that the CRD schemas accept, with each difference as a comment", async () => {
  const words = ["export", "istio", "--config", sound, "--namespace", "orders", "--selector", "app=orders"]
  const { code, stdout, stderr } = await command(words)
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
  const documents = documentsOf(stdout)
  expect(documents.map((each) => each.kind)).toEqual(["RequestAuthentication", "AuthorizationPolicy"])
  for (const document of documents) {
    expect(istioProblems(document)).toEqual([])
    expect(document.metadata).toEqual({ name: "hallpass", namespace: "orders" })
  }
  expect(stdout).toMatch(/^# Written by hallpass export istio\./)
  expect(stdout).toMatch(/^# info: Istio tolerates 60 seconds/m)
})

it("18-1: a demand that Istio cannot express is exit 1 and writes nothing, or a comment", async () => {
  const out = join(folder, "refused.yaml")
  const strict = await command(["export", "istio", "--config", kind, "--out", out])
  expect({ code: strict.code, stdout: strict.stdout }).toEqual({ code: 1, stdout: "" })
  expect(strict.stderr).toContain('routes["GET /a"] demands a kind of caller')
  expect(() => readFileSync(out)).toThrow()
  const noted = await command(["export", "istio", "--config", kind, "--on-unsupported", "comment", "--out", out])
  expect(noted.code).toBe(0)
  const text = readFileSync(out, "utf8")
  expect(text).toContain('# error: routes["GET /a"] demands a kind of caller')
  expect(JSON.stringify(documentsOf(text))).not.toContain('"/a"')
})

const connect = file("export-connect.json", { issuers, routes: { $connect: {}, "GET /b": {} } })
const discovered = file("export-discovery.json", {
  issuers: [{ provider: "oidc", issuer: "https://a.b", audience: "c" }],
})
it.each([
  ["istio", [kind], 'routes["GET /a"] demands a kind of caller'],
  ["envoy", [kind], 'routes["GET /a"] demands a kind of caller'],
  ["envoy", [discovered], "issuers[0] has its keys by discovery"],
  ["nginx", [connect], 'routes["$connect"] is a route of WebSocket APIs'],
  ["gloo", [connect], 'routes["$connect"] is a route of WebSocket APIs'],
  ["gloo", [discovered, "--verify-tokens"], "issuers[0] has its keys by discovery"],
] as const)("18-1: export %s --on-unsupported: %j", async (target, [config, ...more], message) => {
  const words = ["export", target, "--config", config, ...more]
  const strict = await command(words)
  expect({ code: strict.code, stdout: strict.stdout }).toEqual({ code: 1, stdout: "" })
  expect(strict.stderr.replaceAll(/\s+/g, " ")).toContain(message)
  expect((await command([...words, "--on-unsupported", "error"])).code).toBe(1)
  const noted = await command([...words, "--on-unsupported", "comment"])
  expect(noted.code).toBe(0)
  expect(noted.stdout.replaceAll(/\n# /g, " ")).toContain(`error: ${message}`)
  expect((await command([...words, "--on-unsupported", "ignore"])).code).toBe(2)
})

it("18-1: --verify-tokens is for Gloo, with keys of this moment if they are wanted", async () => {
  for (const target of ["istio", "envoy", "nginx"])
    expect((await command(["export", target, "--config", sound, "--verify-tokens"])).code).toBe(2)
  const { code, stdout } = await command(["export", "gloo", "--config", sound, "--verify-tokens"])
  expect([code, stdout.includes("remoteJwks"), stdout.includes("&& rules")]).toEqual([0, true, true])
})

it.each([
  ["envoy", (text: string) => expect(parseAllDocuments(text)[0]?.toJS()).toHaveProperty("http_filters")],
  ["gloo", (text: string) => expect(parseAllDocuments(text)[0]?.toJS()).toHaveProperty("kind", "AuthConfig")],
  ["nginx", (text: string) => expect(text).toMatch(/^# [\s\S]*^upstream hallpass \{$[\s\S]*^\}\n$/m)],
])("18-1: export %s prints one document", async (target, isRight) => {
  const { code, stdout, stderr } = await command(["export", target, "--config", sound])
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
  isRight(stdout)
})

it("18-1: --json is one document", async () => {
  const { code, stdout } = await command(["export", "istio", "--config", kind, "--json"])
  const { target, documents, findings } = JSON.parse(stdout) as { [name: string]: object[] }
  expect({ code, target, documents }).toEqual({ code: 1, target: "istio", documents: [] })
  expect(findings?.[0]).toMatchObject({ severity: "error", path: 'routes["GET /a"]' })
})

it.each(["istio", "envoy"])(
  "18-1: export %s is the same text to a reader of YAML 1.1, as kubectl and Envoy are",
  async (target) => {
    const scopes = ["1_000", "yes", "0x_1", "12:30:45", "2001-01-01", "+.5", "~", "=", "1e3", "a:b", "#a", "!a"]
    const routes = Object.fromEntries(scopes.map((scope, at) => [`GET /a${at}`, { scopes: [scope] }]))
    const path = file(`export-scopes-${target}.json`, { issuers, routes })
    const { code, stdout } = await command(["export", target, "--config", path])
    expect(code).toBe(0)
    const { documents } = JSON.parse((await command(["export", target, "--config", path, "--json"])).stdout)
    const read = parseAllDocuments(stdout, { version: "1.1" }).map((each) => each.toJS() as object)
    expect(read).toEqual(documents)
    for (const scope of scopes) expect(JSON.stringify(read)).toContain(JSON.stringify(scope))
  },
)

it("18-1: a label that YAML 1.1 reads as a number is refused", async () => {
  const { code } = await command(["export", "istio", "--config", sound, "--selector", "1_000=x"])
  expect(code).toBe(2)
  const { stdout } = await command(["export", "istio", "--config", sound, "--selector", "app=1_000"])
  expect(JSON.stringify(parseAllDocuments(stdout, { version: "1.1" })[0]?.toJS())).toContain('{"app":"1_000"}')
})

it("18-1: nothing of the configuration ends a comment", async () => {
  const config = file("export-lines.json", {
    issuers,
    routes: { "GET /a": { claims: [{ path: "a[]\nspec: {}\u2028\u0085y", equals: "b" }] } },
  })
  const { stdout } = await command(["export", "istio", "--config", config, "--on-unsupported", "comment"])
  expect(documentsOf(stdout)).toHaveLength(2)
  expect(stdout.split(/^(?!#)/m)[0]).not.toMatch(/^spec/m)
})

it.each([
  ["a target", ["linkerd", "--config", sound], "there is no target linkerd; the targets are"],
  ["a prototype's name", ["constructor", "--config", sound], "there is no target constructor"],
  ["a selector", ["istio", "--config", sound, "--selector", "app"], "--selector takes KEY=VALUE"],
  ["a wildcard", ["istio", "--config", sound, "--selector", "app=*"], "--selector must have labels"],
  ["a namespace", ["istio", "--config", sound, "--namespace", "A b"], "--namespace must be a name"],
  [
    "a configuration",
    ["istio", "--config", file("export-empty.json", { issuers: [] })],
    "the configuration is refused",
  ],
])("18-1: refuses %s with exit 2", async (_, words, message) => {
  const { code, stdout, stderr } = await command(["export", ...words])
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
  expect(stderr.replace(/\s+/g, " ")).toContain(message)
})
