import { registerHooks } from "node:module"
import { describe, expect, it, onTestFinished } from "vitest"
import type * as ParameterStore from "../../src/secret/parameter-store.ts"
import type * as SecretVersions from "../../src/secret/secret-versions.ts"

const settings = { region: "eu-west-1", maxAttempts: 2 } as const
const { signal } = new AbortController()

/** A module of its own for this test: one of another file may have found its client already. */
const fresh = async <Module>(path: string): Promise<Module> => (await import(`${path}?without-client`)) as Module
const clients = {
  "@aws-sdk/client-secrets-manager": async () => {
    const { fetchSecretVersions } = await fresh<typeof SecretVersions>("../../src/secret/secret-versions.ts")
    return await fetchSecretVersions("edge/hmac", settings, signal)
  },
  "@aws-sdk/client-ssm": async () => {
    const { fetchParameter } = await fresh<typeof ParameterStore>("../../src/secret/parameter-store.ts")
    return await fetchParameter("/edge/hmac", settings, signal)
  },
}

describe("a client library that is not installed", () => {
  it.each(Object.entries(clients))("%s: the failure says so", async (name, fetch) => {
    const asked: string[] = []
    const hooks = registerHooks({
      resolve(specifier, context, next) {
        if (specifier !== name) return next(specifier, context)
        asked.push(specifier)
        throw Object.assign(new Error(`Cannot find package '${name}'`), { code: "ERR_MODULE_NOT_FOUND" })
      },
    })
    onTestFinished(() => hooks.deregister())
    await expect(fetch()).rejects.toMatchObject({ name: "SecretFailure", kind: "client_missing" })
    expect(asked).toEqual([name])
  })
})
