import { readFileSync } from "node:fs"
import { join } from "node:path"
import { CORE_SCHEMA, load } from "js-yaml"
import { expect, test } from "vitest"
import { gatewaySettings } from "../../src/policy.ts"

const page = readFileSync(join(import.meta.dirname, "../../docs/deploy.md"), "utf8")

test("17-8: the snippet for the Serverless Framework is set as hallpass check says by default", () => {
  const [, snippet = ""] = /```yaml\n(# serverless\.yml[\s\S]*?)```/.exec(page) ?? []
  const { functions } = load(snippet, { schema: CORE_SCHEMA, maxDepth: 20 }) as {
    functions: { hallpass: object; listOrders: { events: [{ http: { authorizer: object } }] } }
  }
  const [{ http }] = functions.listOrders.events
  const { authorizer } = http
  const settings = gatewaySettings({
    issuers: [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }],
  })
  expect(authorizer).toEqual({
    name: "hallpass",
    type: "request",
    identitySource: settings.rest.identitySources.join(","),
    resultTtlInSeconds: settings.resultTtlSeconds,
  })
  expect(settings.rest.authorizerTypes).toContain("REQUEST")
  expect(functions.hallpass).toMatchObject({ handler: "build/authorizer.handler" })
})
