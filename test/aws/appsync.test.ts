import { describe, expect, it } from "vitest"
import { createAppSyncAuthorizer } from "../../src/aws.ts"
import { createTestIssuer } from "../../src/testing.ts"
import { recorded } from "./recorded.ts"

// 18, section 8, "ALB, AppSync, …": one recorded event in, the exact shape of the answer out, always with ttlOverride.

const nowMs = 1_790_000_000_000
const clock = (): number => nowMs
const issuer = createTestIssuer({ provider: "okta", domain: "acme.okta.com", audience: "api://orders", clock })
const config = { issuers: [issuer.config], routes: { "POST /graphql": { scopes: ["orders:read"] } } }

describe.each([
  "aws-lambda-go__appsync-lambda-auth-request",
  "aws-lambda-java__appsync_authorizer_event",
  "powertools-py__appSyncAuthorizerEvent",
])("18: AppSync, the recorded event %s", (name) => {
  const { handler } = createAppSyncAuthorizer(config, { ttlSeconds: 300 }, { clock })

  it("is refused with its own token, which is no JWT", async () => {
    expect(await handler(recorded(name))).toEqual({ isAuthorized: false, ttlOverride: 0 })
  })

  it("is allowed with a good token", async () => {
    const authorizationToken = issuer.token({ scp: ["orders:read"], sub: "ann", uid: "00u1", cid: "0oa1" })
    expect(await handler({ ...recorded(name), authorizationToken })).toEqual({
      isAuthorized: true,
      resolverContext: {
        sub: "ann",
        issuer: "https://acme.okta.com/oauth2/default",
        tokenKind: "user",
        clientId: "0oa1",
        exp: "1790003600",
        scopes: "orders:read",
      },
      deniedFields: [],
      ttlOverride: 300,
    })
  })
})
