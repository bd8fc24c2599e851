import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { parseAllDocuments } from "yaml"
import { createTestIssuer } from "../../src/testing.ts"
import { writeStandIn } from "../cli/in-shell.ts"
import { istioProblems } from "../mesh/schemas.ts"
import { freePort, startProgram } from "../support/program.ts"
import { openssl } from "../support/tools.ts"
import { type PageLines, pageLines } from "./page-lines.ts"

// 18, "Done when": the guides to the neighbours, followed as a new user would, line by line and in their order.

const root = resolve(import.meta.dirname, "../..")
const read = (page: string): string => readFileSync(join(root, page), "utf8")
const blocks = (page: string, language: string): readonly string[] =>
  [...read(page).matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, "g"))].map(([, code = ""]) => code)
const lines = (page: string): readonly string[] =>
  blocks(page, "sh").flatMap((code) => code.split("\n").filter((line) => line.trim() !== ""))

const folder = mkdtempSync(join(tmpdir(), "hallpass-guides-"))
const write = (name: string, text: string): void => writeFileSync(join(folder, name), text)
const program = (name: string, text: string): void => {
  write(name, `#!/bin/sh\n${text}\n`)
  chmodSync(join(folder, name), 0o755)
}
const documents = (name: string) => parseAllDocuments(readFileSync(join(folder, name), "utf8")).map((one) => one.toJS())

/** Plays Secrets Manager: the secret that the guide made. */
const secrets = createServer((_request, response) => {
  response.setHeader("content-type", "application/x-amz-json-1.1")
  const SecretString = readFileSync(join(folder, "made-secret"), "utf8")
  response.end(JSON.stringify({ ARN: "arn:secret", Name: "mesh/signing", VersionId: "1", SecretString }))
})
let shell: PageLines

beforeAll(async () => {
  writeStandIn(join(folder, "npx"), "shift\n")
  program("service", `exec "${process.execPath}" "${join(root, "src/cli/main.ts")}" "$@"`)
  // What kubectl and aws do with what they are given.
  program("kubectl", `[ "$1" = get ] && exec cat "${folder}/authconfig.yaml"\nexec cp "$3" "${folder}/applied.yaml"`)
  program("aws", `[ "$2" = create-secret ] && exec cp "\${6#file://}" "${folder}/made-secret"`)
  shell = await pageLines(folder, "SECRETS_MANAGER", secrets)
})
afterAll(() => shell.close())

describe("18: docs/mesh.md, followed line by line", () => {
  const ofGloo = {
    issuer: "https://id.example",
    audiences: ["api://orders"],
    remoteJwks: { url: "https://id.example/keys" },
  }
  beforeAll(() => {
    const issuer = createTestIssuer({ provider: "okta", domain: "acme.okta.com", audience: "api://orders" })
    const routes = { "GET /orders/{id}": { scopes: ["orders:read"] } }
    write("authorizer.json", JSON.stringify({ issuers: [issuer.config], routes }))
    const spec = { configs: [{ oauth2: { accessTokenValidation: { jwt: ofGloo } } }] }
    const document = {
      apiVersion: "enterprise.gloo.solo.io/v1",
      kind: "AuthConfig",
      metadata: { name: "orders" },
      spec,
    }
    write("authconfig.yaml", JSON.stringify(document))
  })

  it.each(lines("docs/mesh.md"))("%s", async (line) => {
    const { code, stderr } = await shell.run(line)
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" })
  })

  it("what was applied passes the CRD schemas, and the import is the configuration of the AuthConfig", () => {
    const applied = documents("applied.yaml")
    expect(applied.map(({ kind }) => kind)).toEqual(["RequestAuthentication", "AuthorizationPolicy"])
    for (const each of applied) expect(istioProblems(each)).toEqual([])
    expect(documents("hallpass.yaml")[0]).toHaveProperty("http_filters")
    expect(documents("authorizer.json")[0]).toMatchObject({ issuers: [{ issuer: ofGloo.issuer }] })
  })
})

describe.runIf(openssl.isThere)("18: docs/assertion.md, followed line by line", () => {
  beforeAll(() => write("authorizer.json", blocks("docs/assertion.md", "json")[0] ?? ""))

  it.each(lines("docs/assertion.md"))("%s", async (line) => {
    const { code, stderr } = await shell.run(line)
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" })
  })

  it("leaves no private key behind, and Istio has the public one", () => {
    expect(existsSync(join(folder, "mesh-key.pem"))).toBe(false)
    const [authentication] = documents("applied.yaml")
    const { jwks } = authentication.spec.jwtRules[0]
    expect(JSON.parse(jwks)).toEqual(documents("jwks.json")[0])
    expect(jwks).not.toContain('"d"')
  })
})

describe("18: docs/serve.md, its first commands", () => {
  it("the service says what the page says, and allows the request of the page", async () => {
    const issuer = createTestIssuer({ provider: "okta", audience: "api://orders" })
    write("service.json", JSON.stringify({ issuers: [issuer.config], routes: { "GET /orders/{id}": {} } }))
    const [start = "", curl = ""] = lines("docs/serve.md")
    const [port, adminPort] = [await freePort(), await freePort()]
    const [, , ...words] = start.replace("authorizer.json", join(folder, "service.json")).split(" ")
    const ports = ["--port", String(port), "--admin-port", String(adminPort)]
    const service = await startProgram(join(folder, "service"), [...words, ...ports], adminPort)
    try {
      const token = issuer.token()
      const headers = [...curl.matchAll(/-H ["']([^:]+): ([^"']+)["']/g)].map(
        ([, name = "", value = ""]): [string, string] => [name, value.replace("$TOKEN", token)],
      )
      const address = /http:\S+/.exec(curl)?.[0].replace("9191", String(port))
      expect((await fetch(String(address), { headers })).status).toBe(200)
      const said = (blocks("docs/serve.md", "text")[0] ?? "").replace("9191", String(port))
      await expect.poll(service.output).toContain(said.replace("9192", String(adminPort)))
    } finally {
      await service.stop()
    }
  })
})
