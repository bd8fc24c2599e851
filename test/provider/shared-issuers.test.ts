import { describe, expect, it } from "vitest"
import { createAuthorizer, loadAuthorizer } from "../../src/index.ts"
import { sharedIssuerOf } from "../../src/provider/known-issuers.ts"
import { providersIn } from "../../src/provider/presets.ts"
import { sharedIssuers } from "../../src/provider/shared-issuers.ts"
import type { OidcIssuer } from "../../src/types/configuration.ts"
import { ConfigurationError } from "../../src/types/errors.ts"
import { providerNames } from "../../src/types/principal.ts"
import { createVerifier } from "../../src/verify.ts"
import { testKey } from "../support/keys.ts"
import { clock, mint } from "../support/mint.ts"

const jwks = { keys: [testKey().jwk] }
const configured = (issuer: string, changes: object = {}): OidcIssuer => ({
  provider: "oidc",
  issuer,
  audience: "https://orders.example",
  jwks,
  ...changes,
})
const problemsIn = (error: unknown): readonly string[] => {
  if (!(error instanceof ConfigurationError)) throw error
  return error.problems.map(({ path, message }) => `${path}: ${message}`)
}
function problems(issuer: string, changes: object = {}): readonly string[] {
  try {
    createVerifier({ issuers: [configured(issuer, changes)] }, { clock })
    return []
  } catch (error) {
    return problemsIn(error)
  }
}
const needsOwner = [
  expect.stringMatching(/^issuers\[0\]\.require: must give the exact value of a claim that names the owner, /),
]
const addressOf = (pattern: string): string => {
  const address = pattern.replaceAll("*", "a1")
  return address.includes("://") ? address : `https://${address}`
}
const addresses = sharedIssuers.flatMap(({ at }) => at.map(addressOf))
/** What pins an owner, with a value that begins as it must. */
const pinOf = (owner: string): object => {
  const [claim = "", beginning = ""] = owner.split("=")
  return { [claim]: `${beginning}acme`, ...(claim === "email" && { email_verified: true }) }
}

describe("1.4: issuers that give anybody a token for any audience", () => {
  it.each(addresses)("%s is refused without an owner", (issuer) => {
    expect(problems(issuer)).toEqual(needsOwner)
    expect(problems(issuer, { tokenUse: "id" })).toEqual(needsOwner)
    expect(problems(issuer, { jwks: undefined, jwksUri: "https://proxy.example/keys" }).join()).toContain(
      "names the owner",
    )
  })

  it.each(sharedIssuers.map(({ name, example, owners }) => [name, example, owners] as const))(
    "%s is accepted with the exact value of an owner claim, and with nothing less",
    (_name, issuer, owners) => {
      for (const owner of owners) {
        const [claim = ""] = owner.split("=")
        expect(problems(issuer, { require: pinOf(owner) })).toEqual([])
        const values = Object.values(pinOf(owner))
        expect(problems(issuer, { require: { ...pinOf(owner), [claim]: [values[0], values[0]] } })).toEqual([])
        expect(problems(issuer, { require: { [claim]: { present: true } } })).toEqual(needsOwner)
        expect(problems(issuer, { require: { [claim]: true } })).toEqual(needsOwner)
        expect(problems(issuer, { require: { [claim]: "" } })).toEqual(needsOwner)
        expect(problems(issuer, { require: { [claim]: [values[0], ""] } })).toEqual(needsOwner)
        expect(problems(issuer, { require: { [claim.toUpperCase()]: "acme" } })).toEqual(needsOwner)
        expect(problems(issuer, { require: { [`${claim} `]: "acme" } }).join()).toContain("names the owner")
      }
      for (const unrelated of [
        "ref",
        "jti",
        "aud",
        "iss",
        "environment",
        "actor",
        "job_workflow_ref",
        "user_email",
        "run_phase",
      ])
        expect(problems(issuer, { require: { [unrelated]: "acme" } })).toEqual(needsOwner)
      expect(problems(issuer, { require: { jti: { present: true } } })).toEqual(needsOwner)
      expect(problems(issuer, { require: [] }).join()).toContain("names the owner")
      expect(problems(issuer, { require: "sub" }).join()).toContain("names the owner")
    },
  )

  it.each([
    ["https://token.actions.githubusercontent.com", { sub: "environment:prod" }],
    ["https://token.actions.githubusercontent.com", { sub: ["repo:acme/orders:ref:refs/heads/main", "ref:main"] }],
    ["https://gitlab.com", { sub: "ref_type:branch" }],
    ["https://agent.buildkite.com", { sub: "step" }],
    ["https://accounts.google.com", { email: "ci@acme.example" }],
    ["https://accounts.google.com", { email: "ci@acme.example", email_verified: "true" }],
    ["https://kubernetes.default.svc", { sub: "worker" }],
    ["https://oidc-discovery.acme.example", { sub: "acme.example/worker" }],
  ])("%s with %j, which others can have as well, is refused", (issuer, require) => {
    expect(problems(issuer, { require })).toEqual(needsOwner)
  })

  it.each([
    "https://gitlab.com/",
    "https://GITLAB.com",
    "HTTPS://gitlab.com",
    "https://gitlab.com:443",
    "https://gitlab.com.",
    "https://gitlab.com.:443/",
    "https://ci@gitlab.com",
    "http://gitlab.com",
    "gitlab.com",
    "//gitlab.com",
    "https://gitlab.com/acme",
    "https://gitlab.acme.example",
    "accounts.google.com",
    "https://accounts.google.com/",
    "https://token.actions.githubusercontent.com/acme",
    "https://ghe.acme.example/_services/token/",
    "https://kubernetes.default.svc.cluster.local:443",
    "https://kubernetes.default.svc.acme.internal",
    "kubernetes/serviceaccount",
    "https://oidc-eks.cn-north-1.api.amazonwebservices.com.cn/id/ABC",
    "https://oidc.eks.cn-north-1.amazonaws.com.cn/id/ABC",
    "https://westeurope.oic.prod-aks.azure.com/0c1d/2e3f/",
  ])("the spelling %s is no way around", (issuer) => {
    expect(problems(issuer).join()).toContain("names the owner")
  })

  it.each([
    ["https://clusters.acme.example", "https://clusters.acme.example/openid/v1/jwks"],
    ["https://code.acme.example", "https://code.acme.example/oauth/discovery/keys"],
  ])("%s is known by the address of its keys, %s", (issuer, jwksUri) => {
    expect(problems(issuer, { jwks: undefined, jwksUri }).join()).toContain("names the owner")
    expect(problems(issuer)).toEqual([])
  })

  it.each([
    "https://notgitlab.com",
    "https://example.com/gitlab.com",
    "https://gitlabs.example.com",
    "https://sso.example.com/realms/gitlab.com",
    "https://accounts.google.com.example.com",
    "https://myaccounts.google.company.example",
    "https://kubernetes.example.com",
    "https://cloud.google.com/iap",
    "https://securetoken.google.com/acme",
    "https://acme.eu.auth0.com/",
    "https://ĝitlab.com",
  ])("%s is another issuer", (issuer) => {
    expect(sharedIssuerOf(issuer)).toBeUndefined()
    expect(problems(issuer)).toEqual([])
  })

  it("holds for the token of an edge as well", async () => {
    const jws = { header: "x-edge-identity", issuer: configured("https://accounts.google.com") }
    const edge = { role: "identity", headers: { user: "x-edge-user" }, evidence: [{ jws }] } as const
    const loading = loadAuthorizer({ issuers: [], edge, gateway: { resultTtlSeconds: 0 } })
    await expect(loading.catch(problemsIn)).resolves.toEqual([
      expect.stringContaining("edge.evidence[0].jws.issuer.require: must give the exact value"),
    ])
  })
})

describe("1.4: what the deployed handler loads", () => {
  it.each(["https://gitlab.com", "accounts.google.com", "https://app.terraform.io"])(
    "%s is refused by the deployed handler's loader, too",
    async (issuer) => {
      const loading = loadAuthorizer({ issuers: [configured(issuer)] })
      await expect(loading.catch(problemsIn)).resolves.toEqual(needsOwner)
    },
  )

  it("is what the providers of issuers and of an edge's evidence need, whatever else is written there", () => {
    const jws = { issuer: { provider: "adfs" } }
    const written = { issuers: [{ provider: "okta" }, 1n, null], edge: { evidence: [{ jws }, {}, null] } }
    expect([...providersIn(written)]).toEqual(["okta", undefined, "adfs"])
    expect([...providersIn({ issuers: "oidc", edge: 7 })]).toEqual([])
  })

  it.each(providerNames)("%s: the same problems as with createAuthorizer", async (provider) => {
    const config = { issuers: [{ provider }] } as never
    const problemsOf = (error: unknown): unknown => (error as { problems?: unknown }).problems
    let created: unknown
    try {
      createAuthorizer(config)
    } catch (error) {
      created = problemsOf(error)
    }
    expect(created).toBeDefined()
    await expect(loadAuthorizer(config).catch(problemsOf)).resolves.toEqual(created)
  })
})

describe("1.4: several owners", () => {
  it("are a list of values in require, of which a token has one", async () => {
    const issuer = "https://token.actions.githubusercontent.com"
    const verifier = createVerifier(
      { issuers: [configured(issuer, { require: { repository_owner_id: ["65", "66"] } })] },
      { clock },
    )
    const token = (owner: unknown): string =>
      mint({ iss: issuer, repository_owner_id: owner, scope: undefined, client_id: undefined })
    for (const owner of ["65", "66"]) await expect(verifier.verify(token(owner))).resolves.toHaveProperty("subject")
    for (const owner of ["67", 65, ["65"], ["65", "66"], "65,66", null, undefined])
      await expect(verifier.verify(token(owner))).rejects.toMatchObject({ code: "claim_required" })
  })
})
