import { afterEach, describe, expect, it, vi } from "vitest"
import { compilePolicy } from "../../src/policy.ts"
import { block, newKey } from "../support/assertion.ts"
import { oidcIssuer } from "../support/config.ts"
import { testKey } from "../support/keys.ts"
import { issuer } from "../support/mint.ts"
import { manyResources } from "../support/tables.ts"
import { problems } from "./problems.ts"

afterEach(() => vi.unstubAllEnvs())

const of = (changes: object = {}, more: object = {}): readonly string[] =>
  problems({ assertion: { ...block, ...changes }, ...more })
const id = "11111111-2222-3333-4444-555555555555"

describe("18-4: the assertion block", () => {
  it.each<[string, object]>([
    ["as little as it needs", {}],
    ["every claim", { claims: ["scope", "client_id", "roles", "groups", "permissions", "tenant"] }],
    ["no claim", { claims: [] }],
    ["a key that waits", { keys: [{ secretsManager: "mesh/a" }, { ssm: "/mesh/b" }] }],
    ["a key of KMS by its id", { keys: [{ kms: id }] }],
    ["a key of KMS of several Regions", { keys: [{ kms: "mrk-0123456789abcdef0123456789abcdef" }] }],
    ["a key of KMS by its ARN", { keys: [{ kms: `arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/${id}` }] }],
    ["the bounds of the margin", { marginSeconds: 10 }],
    ["the bounds of the margin", { marginSeconds: 300 }],
  ])("%s is sound", (_what, changes) => {
    expect(of(changes)).toEqual([])
  })

  it("says every problem at once, each with its remedy", () => {
    const lines = problems({
      assertion: { audience: "a b", keys: [], claims: ["sub"], marginSeconds: 301, lifetimeSeconds: 60 },
    })
    expect(lines).toEqual([
      expect.stringMatching(/^assertion\.lifetimeSeconds: is not a known option/),
      expect.stringMatching(
        /^assertion\.issuer: is missing\. Set it to the iss claim of assertions, for example "https/,
      ),
      expect.stringMatching(/^assertion\.audience: must be text of 1 to 512 printable ASCII characters without blanks/),
      expect.stringMatching(
        /^assertion\.keys: must not be empty.*for example \[\{ "secretsManager": "mesh\/signing" \}\]/,
      ),
      expect.stringMatching(/^assertion\.claims\[0\]: must be one of: "scope", "client_id"/),
      expect.stringMatching(/^assertion\.marginSeconds: must be a number from 10 to 300 \(seconds\)/),
    ])
  })

  it.each<[unknown, RegExp]>([
    [null, /^assertion: must be an object/],
    [false, /^assertion: must be an object/],
    ["", /^assertion: must be an object/],
    [[], /^assertion: must be an object/],
  ])("%j is no block, and does not look like an absent one", (value, line) => {
    expect(problems({ assertion: value })).toEqual([expect.stringMatching(line)])
  })

  it.each<[unknown, RegExp]>([
    [
      { kms: "alias/mesh" },
      /keys\[0\]\.kms: must be the id or the ARN .* An alias can move to a key that is not published/,
    ],
    [{ kms: `arn:aws:kms:eu-west-1:123456789012:alias/mesh` }, /keys\[0\]\.kms: must be the id or the ARN/],
    [{ kms: id, env: "A" }, /keys\[0\]: must name exactly one place: .* \{ kms: "id or ARN of the key" \}/],
    [{}, /keys\[0\]: must name exactly one place/],
    [{ file: "key.pem" }, /keys\[0\]\.file: is not a known option/],
    [{ secretsManager: "-----BEGIN PRIVATE KEY-----canary" }, /keys\[0\]\.secretsManager: must be the name or the ARN/],
    ["mesh/signing", /keys\[0\]: must be an object/],
  ])("%j is no place of a key, and is not quoted", (reference, line) => {
    const lines = of({ keys: [reference] })
    expect(lines[0]).toMatch(line)
    expect(lines.join()).not.toContain("canary")
  })

  it("a key that is in the list twice", () => {
    expect(of({ keys: [{ kms: id }, { ssm: "a" }, { kms: id }] })).toEqual([
      "assertion.keys[2]: is in the list already. Remove one of the two",
    ])
  })

  it("a key of the environment is read at start: every one, also those that wait", () => {
    vi.stubEnv("MESH_KEY", newKey().pem)
    vi.stubEnv("MESH_NEXT", "canary")
    expect(of({ keys: [{ env: "MESH_KEY" }] })).toEqual([])
    const lines = of({ keys: [{ env: "MESH_KEY" }, { env: "MESH_NEXT" }, { env: "MESH_NONE" }] })
    expect(lines).toEqual([
      expect.stringMatching(
        /^assertion\.keys\[1\]\.env: names .* a malformed value: it must be a private key of the curve P-256/,
      ),
      expect.stringMatching(/^assertion\.keys\[2\]\.env: names an environment variable that is not set/),
    ])
    expect(lines.join()).not.toContain("canary")
  })
})

describe("18-4: assertions and the other blocks", () => {
  it("an issuer of callers, or of an edge, makes no assertions", () => {
    expect(of({ issuer })).toEqual([expect.stringMatching(/^assertion\.issuer: is the issuer of issuers\[0\]: /)])
    const edge = {
      role: "identity",
      headers: { user: "x-edge-user" },
      evidence: [
        {
          jws: {
            header: "x-jws",
            issuer: oidcIssuer({ issuer: block.issuer, audience: "edge", jwks: { keys: [testKey("rsa").jwk] } }),
          },
        },
      ],
    }
    expect(of({}, { edge, gateway: { resultTtlSeconds: 0 } })).toEqual([
      expect.stringMatching(/^assertion\.issuer: is the issuer of edge\.evidence\[0\]\.jws\.issuer: /),
    ])
  })

  it("its context key has one meaning", () => {
    expect(of({}, { context: { assertion: "email" } })).toEqual([
      "context.assertion: is the context key of the assertion already. Choose another key",
    ])
  })

  it("secrets go with it", () => {
    expect(of({}, { secrets: { timeoutMs: 500 } })).toEqual([])
    expect(problems({ secrets: { timeoutMs: 500 } })).toEqual([
      "secrets: goes with edge or assertion only. Set edge or assertion, or remove this option",
    ])
    expect(of({}, { secrets: { refreshAfterSeconds: 600, waitAfterSeconds: 60 } })).toEqual([
      expect.stringMatching(/^secrets: must hold: refreshAfterSeconds/),
    ])
  })

  it("shadow has no use for it", () => {
    const shadow = { acknowledge: "hallpass decides nothing in this mode" }
    expect(of({}, { shadow })).toContainEqual(expect.stringMatching(/^assertion: must be left out with shadow/))
  })

  it("each answer keeps room for one, so a policy has less", () => {
    const routes = manyResources(3)
    const [without, withOne] = [{}, { assertion: block }].map((more) => compilePolicy({ routes, ...more }).maxBytes)
    expect([without, withOne]).toEqual([6144, 4096])
  })
})
