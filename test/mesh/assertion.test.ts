import { createHmac, sign } from "node:crypto"
import { describe, expect, it } from "vitest"
import { createAuthorizer, Unavailable } from "../../src/index.ts"
import { assertionKeySet, exportIstio } from "../../src/mesh.ts"
import { bearer, block, configOf, contextOf, issuer, type NewKey, newKey, nowMs, reader } from "../support/assertion.ts"
import { istio, type JwtRule } from "./istio-model.ts"
import { istioProblems } from "./schemas.ts"

const [key, next, foreign] = [newKey(), newKey(), newKey()]
const clock = (): number => nowMs
const set = (...keys: NewKey[]): string => JSON.stringify({ keys: keys.map(({ jwk }) => jwk) })
const assertionBy = async (current: string): Promise<string> =>
  String((await contextOf(createAuthorizer(configOf(), { clock, secrets: async () => ({ current }) }))).assertion)
const published = (current: string): ReturnType<typeof assertionKeySet> =>
  assertionKeySet(configOf(), { clock, secrets: async () => ({ current }) })

/** The mesh with the exported documents, asked with an assertion in the header. */
async function meshWith(current = key.pem, atMs = nowMs) {
  const { documents, findings } = exportIstio(configOf(), {
    assertionKeys: await published(current),
    namespace: "orders",
  })
  const ask = istio(documents, atMs)
  return {
    ...{ documents, findings },
    status: (assertion?: string, headers: object = {}) =>
      ask({
        ...{ method: "GET", target: "/orders/7" },
        headers: { ...(assertion !== undefined && { "x-hallpass-assertion": assertion }), ...headers },
      }),
  }
}

describe("18-4: export istio for assertions", () => {
  it("the documents pass the CRD schemas, read the header only, and say how Istio differs", async () => {
    const { documents, findings } = await meshWith()
    for (const document of documents) expect(istioProblems(document)).toEqual([])
    const [authentication, policy] = documents as readonly { spec: { jwtRules?: JwtRule[]; rules?: unknown } }[]
    expect(authentication?.spec.jwtRules).toEqual([
      {
        ...{ issuer: block.issuer, audiences: [block.audience], forwardOriginalToken: true },
        ...{ jwks: JSON.stringify({ keys: [key.published] }), fromHeaders: [{ name: "x-hallpass-assertion" }] },
      },
    ])
    expect(policy?.spec.rules).toEqual([
      {
        from: [{ source: { requestPrincipals: [`${block.issuer}/*`] } }],
        when: [
          { key: "request.auth.claims[iss]", values: [block.issuer] },
          { key: "request.auth.claims[aud]", values: [block.audience] },
        ],
      },
    ])
    expect(findings.map(({ severity }) => severity)).toEqual(["info", "info"])
  })

  it("an address in place of the keys", () => {
    const { documents } = exportIstio(configOf(), { assertionKeys: "https://keys.example.com/jwks.json" })
    expect(documents[0]?.spec).toMatchObject({ jwtRules: [{ jwksUri: "https://keys.example.com/jwks.json" }] })
    expect(JSON.stringify(documents)).not.toContain('"jwks"')
  })

  it.each<[string, unknown]>([
    ["a private key", { keys: [{ ...key.published, d: key.jwk.d }] }],
    ["no keys", { keys: [] }],
    ["no key set", {}],
    ["a list", [key.published]],
    ["a key without kid", { keys: [{ ...key.published, kid: undefined }] }],
    ["a symmetric key", { keys: [{ kty: "oct", k: "AAAA", kid: "a" }] }],
    ["another scheme", "file:///etc/jwks.json"],
    ["an address with a blank", "https://keys.example.com/a b"],
    ["an address of 2049 characters", `https://a.example/${"x".repeat(2031)}`],
  ])("%s is refused", (_what, assertionKeys) => {
    expect(() => exportIstio(configOf(), { assertionKeys } as object)).toThrow(TypeError)
  })

  it("a configuration without assertions is refused", () => {
    const { assertion: _, ...config } = configOf()
    expect(() => exportIstio(config, { assertionKeys: { keys: [key.published] } })).toThrow("an assertion block")
  })
})

describe("18-4: the mesh believes assertions and nothing else", () => {
  const encoded = (value: object | string): string =>
    Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url")
  const claims = { iss: block.issuer, aud: block.audience, sub: "root", exp: nowMs / 1000 + 60 }
  const forged = (by: NewKey, header: object = {}, more: object = {}): string => {
    const input = `${encoded({ alg: "ES256", kid: key.published.kid, ...header })}.${encoded({ ...claims, ...more })}`
    const signature = sign("sha256", Buffer.from(input), { key: by.pem, dsaEncoding: "ieee-p1363" })
    return `${input}.${signature.toString("base64url")}`
  }

  it("an assertion passes, with or without the caller's own token beside it", async () => {
    const mesh = await meshWith()
    const assertion = await assertionBy(key.pem)
    expect(mesh.status(assertion)).toBe(200)
    expect(mesh.status(assertion, { authorization: bearer(reader) })).toBe(200)
    expect(mesh.status(forged(key))).toBe(200) // the model believes the key, so the attacks below show something
  })

  it("without one nothing passes: the caller's own token is none, wherever it is", async () => {
    const mesh = await meshWith()
    const assertion = await assertionBy(key.pem)
    expect(mesh.status()).toBe(403)
    expect(mesh.status(undefined, { authorization: bearer(reader) })).toBe(403)
    expect(mesh.status(undefined, { authorization: bearer(assertion) })).toBe(403)
    expect(mesh.status(reader)).toBe(401)
  })

  it.each<[string, (assertion: string) => string]>([
    ["signed by another key under the same kid", () => forged(foreign)],
    ["alg none", (text) => `${encoded({ alg: "none" })}.${text.split(".")[1]}.`],
    ["alg none with the signature left", (text) => text.replace(/^[^.]+/, encoded({ alg: "none" }))],
    [
      "HMAC with the public key",
      () => {
        const input = `${encoded({ alg: "HS256", kid: key.published.kid })}.${encoded(claims)}`
        return `${input}.${createHmac("sha256", JSON.stringify(key.published)).update(input).digest("base64url")}`
      },
    ],
    ["other claims under the signature", (text) => text.replace(/\.[^.]+\./, `.${encoded(claims)}.`)],
    ["another issuer", () => forged(key, {}, { iss: issuer.issuer })],
    ["another audience", () => forged(key, {}, { aud: "other.example.com" })],
    ["expired", () => forged(key, {}, { exp: nowMs / 1000 - 61 })],
    ["two tokens", (text) => `${text},${text}`],
    ["nothing", () => ""],
  ])("%s", async (_what, make) => {
    const mesh = await meshWith()
    expect([401, 403]).toContain(mesh.status(make(await assertionBy(key.pem))))
  })

  it("an assertion is no token of a caller", async () => {
    const authorizer = createAuthorizer(configOf(), { clock, secrets: async () => ({ current: key.pem }) })
    const methodArn = "arn:aws:execute-api:eu-west-1:123456789012:abc123def4/prod/GET/orders/7"
    const event = { type: "TOKEN", methodArn, authorizationToken: bearer(await assertionBy(key.pem)) }
    expect(await authorizer.decide(event)).toMatchObject({ outcome: "unauthenticated", reason: "issuer_unknown" })
  })

  it("an assertion that a kept answer hands out counts until the answer ends, and not long after", async () => {
    const assertion = await assertionBy(key.pem)
    expect((await meshWith(key.pem, nowMs + 300_000)).status(assertion)).toBe(200)
    expect((await meshWith(key.pem, nowMs + (300 + 60 + 61) * 1000)).status(assertion)).toBe(401)
  })
})

describe("18-4: rotation, step by step", () => {
  it("with both keys published before the new one signs, no step refuses an assertion", async () => {
    const steps = [set(key), set(key, next), set(next, key), set(next)]
    for (const [at, signing] of steps.entries()) {
      // Functions and meshes are a step behind each other at times: each has this step or the one before.
      const meshes = [steps[at - 1], signing].filter((each) => each !== undefined)
      const functions = at === 3 ? [signing] : meshes // an old assertion has ended before the last step
      for (const mesh of meshes)
        for (const by of functions) expect((await meshWith(mesh)).status(await assertionBy(by)), `step ${at}`).toBe(200)
    }
  })

  it("a key that signs before it is published is refused", async () => {
    expect((await meshWith(set(key))).status(await assertionBy(set(next, key)))).toBe(401)
  })

  it("the key set has the keys of every entry, once each, and there is no partial one", async () => {
    const config = configOf({ keys: [{ secretsManager: "a" }, { ssm: "b" }, { secretsManager: "c" }] })
    const texts: { readonly [name: string]: string } = { a: set(key), b: next.pem, c: set(foreign, key) }
    const secrets = async (reference: object): Promise<{ current: string }> => {
      const current = texts[String(Object.values(reference)[0])]
      if (current === undefined) throw new Error("canary")
      return { current }
    }
    expect(await assertionKeySet(config, { clock, secrets })).toEqual({
      keys: [key.published, next.published, foreign.published],
    })
    const partial = configOf({ keys: [{ secretsManager: "a" }, { ssm: "other" }] })
    await expect(assertionKeySet(partial, { clock, secrets })).rejects.toBeInstanceOf(Unavailable)
    const { assertion: _, ...without } = configOf()
    await expect(assertionKeySet(without)).rejects.toMatchObject({ problems: [{ path: "assertion" }] })
  })
})
