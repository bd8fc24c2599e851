import { describe, expect, it } from "vitest"
import { type AuthorizerConfig, createAuthorizer, loadAuthorizer } from "../../src/index.ts"
import { compilePolicy } from "../../src/policy.ts"
import { oidcIssuer } from "../support/config.ts"

describe("$schema in a configuration", () => {
  const config: AuthorizerConfig = { $schema: "./node_modules/hallpass/hallpass.schema.json", issuers: [oidcIssuer()] }

  it("is accepted by every door that reads a whole configuration, and means nothing", async () => {
    expect(() => createAuthorizer(config)).not.toThrow()
    expect(() => compilePolicy(config)).not.toThrow()
    await expect(loadAuthorizer(config)).resolves.toBeDefined()
  })

  it.each([7, "", {}, null])("is refused if it is no text: %j", (wrong) => {
    expect(() => createAuthorizer({ ...config, $schema: wrong as never })).toThrow(/\$schema/)
  })
})
