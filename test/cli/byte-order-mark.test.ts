import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { oidcIssuer } from "../support/config.ts"
import { folder, hallpass } from "./hallpass.ts"

const bom = "\uFEFF"
const document = `openapi: 3.0.3
info: { title: orders, version: "1" }
paths:
  /a:
    get:
      security: [{ s: [x] }]
components:
  securitySchemes:
    s: { type: openIdConnect, openIdConnectUrl: "https://i.example" }
`

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return name
}

describe("2.4: one byte order mark is dropped", () => {
  const config = JSON.stringify({ issuers: [oidcIssuer()], routes: { "GET /orders": { scopes: ["read"] } } })

  it("before the file of --config", async () => {
    expect((await hallpass(["check", "--config", file("one.json", bom + config)])).code).toBe(0)
    expect((await hallpass(["check", "--config", file("two.json", bom + bom + config)])).code).toBe(2)
    const module = `${bom}export default ${config}`
    expect((await hallpass(["check", "--config", file("one.mjs", module)])).code).toBe(0)
  })

  it("before the principal on standard input", async () => {
    const arn = "arn:aws:execute-api:eu-west-1:123456789012:abc123def4/prod/GET/orders"
    const args = ["policy", "--principal", "-", "--arn", arn, "--config", file("policy.json", bom + config)]
    const { code, stderr } = await hallpass(args, {}, `${bom}{ "scopes": ["read"] }`)
    expect(code).toBe(0)
    expect(stderr).toContain("allow (ok)")
  })

  it("before an OpenAPI document, YAML or JSON", async () => {
    const plain = await hallpass(["routes", file("plain.yaml", document)])
    const marked = await hallpass(["routes", file("marked.yaml", bom + document)])
    expect({ ...marked, stderr: "" }).toEqual({ ...plain, stderr: "" })
    expect(plain.code).toBe(0)
    const json = JSON.stringify({
      openapi: "3.0.3",
      paths: { "/a": { get: { security: [{ s: ["x"] }] } } },
      components: { securitySchemes: { s: { type: "openIdConnect", openIdConnectUrl: "https://i.example" } } },
    })
    expect((await hallpass(["routes", file("marked.json", bom + json)])).stdout).toContain("GET /a")
  })
})
