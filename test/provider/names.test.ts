import { describe, expect, it } from "vitest"
import { providers } from "../../src/cli/init/providers.ts"
import { createAuthorizer, type KeyFetchRecord } from "../../src/index.ts"
import { createTestIssuer, type TestIssuerOptions } from "../../src/testing.ts"

describe("records name an issuer by the first value that `iss` may have", () => {
  it.each(providers)("%s", async (provider) => {
    const issuer = createTestIssuer({ provider } as TestIssuerOptions)
    const { jwks: _, ...config } = issuer.config
    const named: string[] = []
    const observer = { keyFetch: ({ issuer: name }: KeyFetchRecord) => void named.push(name) }
    const fetchKeySet = () => Promise.resolve({ status: 503, headers: {}, body: "" })
    const { warmUp } = createAuthorizer({ issuers: [config as never] }, { observer, fetchKeySet })
    await warmUp()
    const claims = JSON.parse(Buffer.from(issuer.token().split(".")[1] ?? "", "base64url").toString())
    expect(new Set(named)).toEqual(new Set([claims.iss]))
  })
})
