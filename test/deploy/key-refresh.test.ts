import { readFileSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { describe, expect, it } from "vitest"
import { parseAllDocuments } from "yaml"
import { createTestIssuer } from "../../src/testing.ts"
import { folder, hallpass, serve } from "../cli/hallpass.ts"
import { istio } from "../mesh/istio-model.ts"
import { istioProblems } from "../mesh/schemas.ts"

// 18-1: key sets inline, with a refresh job.

const file = resolve(import.meta.dirname, "../../deploy/mesh/key-refresh.yaml")
const documents = parseAllDocuments(readFileSync(file, "utf8")).map((each) => {
  expect(each.errors).toEqual([])
  return each.toJS() as { readonly kind: string; readonly spec?: unknown; readonly rules?: unknown }
})
const of = (kind: string) => documents.find((each) => each.kind === kind) ?? { kind: "" }

interface Container {
  readonly image: string
  readonly command: readonly string[]
  readonly args: readonly string[]
  readonly securityContext: object
}
interface PodSpec {
  readonly initContainers: readonly [Container]
  readonly containers: readonly [Container]
}
const job = of("CronJob").spec as {
  readonly concurrencyPolicy: string
  readonly jobTemplate: { readonly spec: { readonly template: { readonly spec: PodSpec } } }
}
const pod = job.jobTemplate.spec.template.spec
const [exporting] = pod.initContainers

const issuer = createTestIssuer({ provider: "oidc", issuer: "https://id.example", audience: "api://orders" })
const published: { [path: string]: unknown } = { "/keys": issuer.jwks }
const server = await serve(published)
const { jwks: _, ...configured } = issuer.config as { readonly jwks: unknown }
const config = {
  issuers: [{ ...configured, jwksUri: `${server}/keys` }],
  keys: { allowHttpLoopback: true },
  routes: { "GET /orders/{id}": { scopes: ["orders:read"] } },
}
writeFileSync(join(folder, "authorizer.json"), JSON.stringify(config))
const token = (): string => `Bearer ${issuer.token({ scope: "orders:read" })}`
const out = join(folder, "hallpass.yaml")

/** Runs the first container's words here. */
const exported = (...more: string[]) =>
  hallpass([
    ...exporting.args.map((word) => word.replace("/etc/hallpass/", `${folder}/`).replace("/written/", `${folder}/`)),
    ...more,
  ])
const written = () =>
  parseAllDocuments(readFileSync(out, "utf8")).map((each) => each.toJS() as { kind: string; spec: object })
const status = (authorization: string): number =>
  istio(written(), Date.now())({ method: "GET", target: "/orders/7", headers: { authorization } })

describe("18-1: the refresh job for inline key sets", () => {
  it("writes the issuer's present keys, which Istio needs no network for; after a rotation the new ones", async () => {
    const before = token()
    expect(await exported()).toMatchObject({ code: 0, stdout: "" })
    for (const document of written()) expect(istioProblems(document)).toEqual([])
    expect(JSON.stringify(written())).not.toContain("jwksUri")
    expect(status(before)).toBe(200)
    issuer.rotate()
    published["/keys"] = issuer.jwks
    expect(status(token())).toBe(401)
    expect((await exported()).code).toBe(0)
    expect([status(token()), status(before)]).toEqual([200, 200]) // the issuer still publishes the former key
  })

  it("changes nothing if a key set cannot be fetched, and the job fails", async () => {
    const before = readFileSync(out, "utf8")
    published["/keys"] = "no key set"
    const { code, stdout, stderr } = await exported()
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
    expect(stderr).toContain("Nothing is written. Could not fetch the key sets of 1 issuer(s)")
    expect(readFileSync(out, "utf8")).toBe(before)
    published["/keys"] = issuer.jwks
  })

  it("writes keys for Envoy, and refuses targets that have none", async () => {
    const envoy = await hallpass(["export", "envoy", "--config", "authorizer.json", "--inline-keys"])
    expect(envoy.code).toBe(0)
    expect(envoy.stdout).toContain("inline_string")
    expect(envoy.stdout).toContain("clusters: []")
    for (const target of ["nginx", "gloo"]) {
      const { code, stderr } = await hallpass(["export", target, "--config", "authorizer.json", "--inline-keys"])
      expect([code, stderr.includes("--inline-keys is for istio and envoy")]).toEqual([2, true])
    }
  })

  it("runs one at a time, without privileges, and may change the exported documents only", () => {
    expect(job.concurrencyPolicy).toBe("Forbid")
    for (const { securityContext } of [...pod.initContainers, ...pod.containers])
      expect(securityContext).toMatchObject({ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true })
    expect(of("Role").rules).toEqual([
      {
        apiGroups: ["security.istio.io"],
        resources: ["requestauthentications", "authorizationpolicies"],
        resourceNames: ["hallpass"],
        verbs: ["get", "patch"],
      },
    ])
    expect(new Set(written().map((each) => (each as unknown as { metadata: { name: string } }).metadata.name))).toEqual(
      new Set(["hallpass"]),
    )
    expect(pod.containers[0].args).toContain("--filename=/written/hallpass.yaml")
  })

  it("runs the command of the container file and the version of the package", () => {
    const root = resolve(import.meta.dirname, "../..")
    const dockerfile = readFileSync(join(root, "deploy/container/Dockerfile"), "utf8")
    expect(dockerfile).toContain(exporting.command.map((word) => `"${word}"`).join(", "))
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { readonly version: string }
    expect(exporting.image.endsWith(`:${version}`)).toBe(true)
  })
})
