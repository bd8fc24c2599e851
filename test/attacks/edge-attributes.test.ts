import { expect, it } from "vitest"
import type { AuthorizerConfig, PolicyAnswer } from "../../src/index.ts"
import { createAuthorizer } from "../../src/index.ts"
import { evaluate } from "../conformance/policy/iam.ts"
import { edgeEvent } from "../support/edge.ts"
import { testKey } from "../support/keys.ts"
import { clock, mint, nowSeconds } from "../support/mint.ts"

const tenant = "3f1c1a52-0000-4000-8000-000000000001"
const api = "6a7b0000-0000-4000-8000-000000000002"
const oid = "9a7b0000-0000-4000-8000-000000000003"
const jwks = { keys: [testKey("rsa").jwk] }
const bigIp = "https://bigip.example"
const config: AuthorizerConfig = {
  issuers: [{ provider: "entra", tenant, audience: api, jwks }],
  routes: { "GET /a/{id}": { roles: ["Edge"] }, "GET /a/{id}/b": {}, "GET /a/{id}/{x}/b": { roles: ["Edge"] } },
  gateway: { resultTtlSeconds: 300, identitySources: ["token", "request.header.x-edge-identity"] },
  edge: {
    role: "attributes",
    subjectClaim: "oid",
    headers: { user: "x-edge-user", roles: { name: "x-edge-roles", optional: true, format: "csv" } },
    evidence: [
      { jws: { header: "x-edge-identity", issuer: { provider: "oidc", issuer: bigIp, audience: api, jwks } } },
    ],
  },
}
const { decide, handler } = createAuthorizer(config, { clock })
const none = { scope: undefined, client_id: undefined }
const iss = `https://login.microsoftonline.com/${tenant}/v2.0`
const app = { ...none, iss, aud: api, tid: tenant, oid, sub: oid, ver: "2.0", azp: "c1", idtyp: "app" }

function event(path: string, template: string, roles: readonly string[] | undefined): { [member: string]: unknown } {
  const minted = { ...none, iss: bigIp, aud: api, sub: oid, iat: nowSeconds, exp: nowSeconds + 10, roles }
  const headers = { "x-edge-identity": mint(minted) }
  return edgeEvent("rest-request", {
    authorization: `Bearer ${mint(app, { header: { typ: "JWT" } })}`,
    headers,
    path,
    template,
  })
}

it.each([
  ["without a role of the edge's is entitled to nothing", undefined, "role_missing", "app_without_roles"],
  ["with one is entitled as with one of the issuer's", ["Edge"], "ok", "ok"],
])("an Entra app %s, by decision and by the cached document alike", async (_what, roles, first, second) => {
  const requests = [
    ["/a/1", "/a/{id}", first],
    ["/a/1/b", "/a/{id}/b", second],
  ] as const
  for (const [asked, template] of requests) {
    const { policyDocument } = (await handler(event(asked, template, roles))) as PolicyAnswer
    for (const [path, of, reason] of requests) {
      const other = event(path, of, roles)
      expect((await decide(other)).reason).toBe(reason)
      expect(evaluate(policyDocument, String(other.methodArn))).toBe(reason === "ok" ? "allow" : "deny")
    }
  }
})
