import { afterEach, describe, expect, it, vi } from "vitest"
import { fetchParameter } from "../../src/secret/parameter-store.ts"
import { fetchSecretVersions } from "../../src/secret/secret-versions.ts"

const settings = { region: "eu-west-1", maxAttempts: 2 } as const
const { signal } = new AbortController()
const clients = {
  "@aws-sdk/client-secrets-manager": () => fetchSecretVersions("edge/hmac", settings, signal),
  "@aws-sdk/client-ssm": () => fetchParameter("/edge/hmac", settings, signal),
}

describe("a client library that is not installed", () => {
  afterEach(() => {
    for (const name of Object.keys(clients)) vi.doUnmock(name)
  })

  it.each(Object.entries(clients))("%s: the failure says so", async (name, fetch) => {
    vi.doMock(name, () => {
      throw new Error("Cannot find package")
    })
    await expect(fetch()).rejects.toMatchObject({ name: "SecretFailure", kind: "client_missing" })
  })
})
