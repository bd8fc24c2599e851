import { describe, expect, it } from "vitest"
import { createAuthorizer, loadAuthorizer } from "../../src/index.ts"
import type { EntraIssuer, IssuerConfig } from "../../src/types/configuration.ts"
import type { Principal } from "../../src/types/principal.ts"
import type { ReasonCode } from "../../src/types/reasons.ts"
import { createVerifier } from "../../src/verify.ts"
import { type ClaimFixture, claimFixtures, consumerTenant, issuerOf, tokenOf } from "../support/claim-fixtures.ts"
import { http2 } from "../support/events.ts"
import { clock } from "../support/mint.ts"

/** Why each token that must not pass does not pass, under the configuration of its fixture. */
const refusals: { readonly [file: string]: ReasonCode } = {
  "auth0-id-token": "audience_mismatch",
  "cognito-id-token": "token_kind_refused",
  "cognito-identity-pool-openid-token": "issuer_unknown",
  "entra-graph-access-nonce-header": "entra_graph_token",
  "entra-v2-id-token": "audience_mismatch",
  "entra-v2-negative-foreign-tenant": "issuer_unknown",
  "entra-v2-negative-id-token-shared-registration": "token_kind_refused",
  "entra-v2-negative-tid-iss-mismatch": "tenant_not_allowed",
  "keycloak-access-user-no-aud": "audience_mismatch",
  "keycloak-id-token": "audience_mismatch",
  "kubernetes-legacy-secret-token": "issuer_unknown",
  "okta-custom-as-access-dpop": "sender_constrained",
  "okta-id-token": "audience_mismatch",
  "okta-org-as-access-user": "okta_org_token",
}

/** Options that a fixture's configuration lacks here: tenants have to be named, or admitted on purpose. */
const additions: { readonly [file: string]: Partial<EntraIssuer> } = {
  "entra-v2-access-consumer-account": { allowedTenants: [consumerTenant] },
  "entra-v2-negative-tid-iss-mismatch": {
    allowedTenants: ["7c1f0a3e-52b4-4d0b-9a86-0d6f2f1b9c11", "b1d9e0c2-6a77-4e5c-8f10-3c2a9d7e4f55"],
  },
}

/** Presets whose principal is normalised in every part; the generic one knows less. */
const ownPresets = ["okta", "auth0", "entra", "entra-external-id", "entra-b2c", "cognito"]

function fixture(file: string): ClaimFixture {
  const found = claimFixtures.get(file)
  if (found === undefined) throw new TypeError(`no fixture ${file}`)
  return found
}

function configured(file: string, changes: object = {}): IssuerConfig {
  return { ...issuerOf(fixture(file)), ...additions[file], ...changes } as IssuerConfig
}

function verify(file: string, ...issuers: readonly IssuerConfig[]): Promise<Principal> {
  return createVerifier({ issuers }, { clock }).verify(tokenOf(fixture(file)))
}

/** Whose tokens a fixture's configuration is for. */
const familyOf = ({ preset, provider }: ClaimFixture): string =>
  preset.provider === "oidc" ? provider : preset.provider

/** One verifier per distinct configuration of the fixtures. */
const foreign = [
  ...new Map(
    [...claimFixtures.values()].map((token) => {
      const issuer = configured(token.file)
      const verifier = createVerifier({ issuers: [issuer] }, { clock })
      return [JSON.stringify({ ...issuer, jwks: null }), { family: familyOf(token), verifier }] as const
    }),
  ).values(),
]

const refusedAs = (code: ReasonCode): object => ({ name: "TokenRefused", code })
const files = [...claimFixtures.keys()]
const passes = ({ normalized: { verdict } }: ClaimFixture): boolean => !verdict.startsWith("reject")

describe("claim sets of the providers", () => {
  it("the table names the reason of every fixture that must be refused, and of no other", () => {
    expect(files.length).toBe(61)
    expect(Object.keys(refusals).sort()).toEqual(files.filter((file) => !passes(fixture(file))))
  })

  it.each(Object.entries(refusals))("%s is refused: %s", async (file, code) => {
    await expect(verify(file, configured(file))).rejects.toMatchObject(refusedAs(code))
  })

  it.each(files.filter((file) => passes(fixture(file))))("%s is accepted and read rightly", async (file) => {
    const { normalized, preset, payload } = fixture(file)
    const principal = await verify(file, configured(file))
    const own = ownPresets.includes(preset.provider)
    expect(principal.provider).toBe(own ? preset.provider : "oidc")
    expect(principal.issuer).toBe(payload.iss)
    expect(principal.claims).toEqual(payload)
    expect(principal.scopes).toEqual(normalized.scopes)
    expect(principal.clientId ?? null).toBe(normalized.clientId)
    expect(principal.subject).toBe(normalized.principalId)
    expect([normalized.tokenKind, ...(own ? [] : ["unknown"])]).toContain(principal.kind)
    if (!own) return
    for (const name of ["roles", "groups", "permissions"] as const)
      expect(principal[name]).toEqual(normalized[name] ?? [])
    if ("tenant" in normalized) expect(principal.tenant ?? null).toBe(normalized.tenant)
    expect(principal.groupsIncomplete).toBe(normalized.groupsIncomplete)
    expect(principal.entitledToNothing).toBe(normalized.verdict === "accept-authn-only" ? true : undefined)
  })

  it.each(files)("1.4, 1.5: %s has the same verdict where only what is needed is loaded", async (file) => {
    const authorizer = await loadAuthorizer({ issuers: [configured(file)] }, { clock })
    const { reason } = await authorizer.decide(http2(`Bearer ${tokenOf(fixture(file))}`))
    const expected = fixture(file).normalized.verdict === "accept-authn-only" ? "app_without_roles" : "ok"
    expect(reason).toBe(refusals[file] ?? expected)
  })

  it.each(files)("%s is refused by every other provider's configuration", async (file) => {
    const token = tokenOf(fixture(file))
    const others = foreign.filter(({ family }) => family !== familyOf(fixture(file)))
    expect(others.length).toBeGreaterThan(10)
    for (const { verifier } of others) {
      await expect(verifier.verify(token)).rejects.toMatchObject({ name: "TokenRefused" })
    }
  })
})

describe("qualified verdicts", () => {
  const roleless = "entra-v2-access-app-no-idtyp"
  const decide = (issuer: IssuerConfig) =>
    createAuthorizer({ issuers: [issuer] }, { clock }).decide(http2(`Bearer ${tokenOf(fixture(roleless))}`))

  it("an Entra app without roles is known and entitled to nothing, unless that is configured", async () => {
    const principal = await verify(roleless, configured(roleless))
    expect(principal).toMatchObject({ kind: "app", entitledToNothing: true })
    expect(await decide(configured(roleless))).toMatchObject({ outcome: "forbidden", reason: "app_without_roles" })
    const admitted = configured(roleless, { allowAppsWithoutRoles: true })
    expect(await decide(admitted)).toMatchObject({ outcome: "allow", reason: "ok" })
  })

  const consumer = "entra-v2-access-consumer-account"
  it("a personal Microsoft account passes only where the consumer tenant, or every tenant, is allowed", async () => {
    const business = configured(consumer, { allowedTenants: ["7c1f0a3e-52b4-4d0b-9a86-0d6f2f1b9c11"] })
    await expect(verify(consumer, business)).rejects.toMatchObject(refusedAs("issuer_unknown"))
    const { allowedTenants: _list, ...any } = configured(consumer, { allowAnyTenant: true }) as EntraIssuer
    await expect(verify(consumer, any)).resolves.toMatchObject({ tenant: consumerTenant })
    await expect(verify(consumer, configured(consumer, { tenant: "consumers" }))).resolves.toMatchObject({
      kind: "user",
    })
  })

  it("a key pinned to the consumer tenant verifies no other tenant's token, and the shared key verifies both", async () => {
    const { header } = fixture(consumer)
    const user = fixture("entra-v2-access-user")
    const issuer = configured("entra-v2-access-user")
    const pinned = createVerifier({ issuers: [issuer] }, { clock }).verify(tokenOf({ ...user, header }))
    await expect(pinned).rejects.toMatchObject(refusedAs("key_unknown"))
    const shared = tokenOf({ ...fixture(consumer), header: user.header })
    const verifier = createVerifier({ issuers: [configured(consumer)] }, { clock })
    await expect(verifier.verify(shared)).resolves.toMatchObject({ tenant: consumerTenant })
  })

  it.each(["github-actions-oidc", "github-actions-oidc-immutable-sub"])(
    "%s passes for the named owner only",
    async (file) => {
      await expect(verify(file, configured(file))).resolves.toMatchObject({ scopes: [] })
      const other = configured(file, { require: { repository_owner_id: "66" } })
      await expect(verify(file, other)).rejects.toMatchObject(refusedAs("claim_required"))
      const number = configured(file, { require: { repository_owner_id: 65 } })
      await expect(verify(file, number)).rejects.toMatchObject(refusedAs("claim_required"))
    },
  )

  it("the tenant of iss and of tid must be one, also where every tenant is allowed", async () => {
    const file = "entra-v2-negative-tid-iss-mismatch"
    const { allowedTenants: _list, ...any } = configured(file, { allowAnyTenant: true }) as EntraIssuer
    await expect(verify(file, any)).rejects.toMatchObject(refusedAs("tenant_not_allowed"))
  })
})

describe("ID tokens whose audience fits (SR-072)", () => {
  it.each([
    ["okta-id-token", { audience: "0oa5northwindspa0h7" }],
    ["entra-v2-id-token", { audience: "9a2b7c11-0d4e-4f3a-b1c6-5e7f8a9b0c1d" }],
    ["keycloak-id-token", { audience: "orders-web" }],
  ])("%s is refused as an ID token", async (file, changes) => {
    await expect(verify(file, configured(file, changes))).rejects.toMatchObject(refusedAs("token_kind_refused"))
  })

  it("cognito: an ID token passes where ID tokens are configured, and an access token does not", async () => {
    const id = configured("cognito-id-token", { tokenUse: "id" })
    await expect(verify("cognito-id-token", id)).resolves.toMatchObject({ kind: "user", groups: ["admin"] })
    const code = "token_kind_refused"
    await expect(verify("cognito-access-user-oauth-groups", id)).rejects.toMatchObject(refusedAs(code))
  })
})

describe("versions and options of the presets", () => {
  it.each([
    ["entra-v1-access-user", { version: 2 }, "entra_version"],
    ["entra-v2-access-user", { version: 1 }, "entra_version"],
    ["entra-v2-access-user", { tenant: "b1d9e0c2-6a77-4e5c-8f10-3c2a9d7e4f55" }, "issuer_unknown"],
    ["entra-v2-access-user", { cloud: "usgov" }, "issuer_unknown"],
    ["cognito-access-user-updated-issuer", { issuerType: "original" }, "issuer_unknown"],
    ["cognito-access-user-oauth-groups", { clientIds: ["another"] }, "audience_mismatch"],
    ["cognito-access-user-oauth-groups", { audience: "https://orders.example.com" }, "audience_mismatch"],
    ["cognito-access-user-resource-bound", { audience: "https://other.example.com" }, "audience_mismatch"],
    ["auth0-access-user-organization", { organizations: ["org_Other"] }, "tenant_not_allowed"],
    ["auth0-access-user-organization", { organizations: "none" }, "tenant_not_allowed"],
    ["auth0-access-user", { organizations: ["org_NwAcme0000000001"] }, "tenant_not_allowed"],
    ["auth0-access-user", { requireAtJwt: true }, "type_not_allowed"],
    ["auth0-access-user", { audience: "https://api.example.com" }, "audience_mismatch"],
    ["okta-custom-as-access-user", { authorizationServer: "aus1" }, "issuer_unknown"],
    ["okta-custom-as-access-user", { audience: "api://other" }, "audience_mismatch"],
    ["pingone-access-user", { requireAtJwt: true }, "type_not_allowed"],
    ["entra-b2c-access-user", { policy: "B2C_1_passwordreset" }, "claim_required"],
    ["entra-b2c-access-user", { policy: "b2c_1_signupsignin1" }, "claim_required"],
    ["entra-b2c-access-user", { issuerMode: "tfp" }, "issuer_unknown"],
    ["entra-b2c-access-user", { policyClaim: "acr" }, "claim_required"],
    ["entra-b2c-access-user-tfp-issuer", { policy: "B2C_1_passwordreset" }, "issuer_unknown"],
    ["entra-external-id-access-user", { version: 1 }, "entra_version"],
    ["entra-external-id-access-user", { tenant: "c0ffee00-1234-4abc-9def-0123456789ab" }, "issuer_unknown"],
  ] as [string, object, ReasonCode][])("%s with %j is refused: %s", async (file, changes, code) => {
    await expect(verify(file, configured(file, changes))).rejects.toMatchObject(refusedAs(code))
  })

  it("okta: the groups claim has the name that the administrator gave it", async () => {
    const issuer = configured("okta-custom-as-access-user-groups", { groups: "GroupsClaim" })
    expect((await verify("okta-custom-as-access-user-groups", issuer)).groups).toEqual([])
  })

  it("keycloak: roles stand in nested claims, and both paths can be named", async () => {
    const roles = [
      ["realm_access", "roles"],
      ["resource_access", "orders-api", "roles"],
    ]
    const principal = await verify("keycloak-access-user", configured("keycloak-access-user", { roles }))
    expect(principal.roles).toEqual(["offline_access", "uma_authorization", "employee", "approver", "reader"])
  })
})
