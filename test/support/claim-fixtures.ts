import type { IssuerConfig, IssuerOptions, OidcIssuer } from "../../src/types/configuration.ts"
import { fixtureNames, readFixture } from "./fixtures.ts"
import { testKey, withKid } from "./keys.ts"
import { mint } from "./mint.ts"

/** A decoded token of a provider, the configuration that goes with it, and what a verifier must make of it. */
export interface ClaimFixture {
  readonly file: string
  readonly provider: string
  readonly preset: { readonly [name: string]: unknown } & { readonly provider: string; readonly audience?: string }
  readonly header: { readonly alg: string; readonly kid: string }
  readonly payload: { readonly iss: string; readonly sub?: string }
  readonly normalized: { readonly [name: string]: unknown } & { readonly verdict: string }
}

/** All claim fixtures, by file name without its ending. */
export const claimFixtures: ReadonlyMap<string, ClaimFixture> = new Map(
  fixtureNames("idp/claims").map((name) => {
    const file = name.replace(".json", "")
    return [file, { ...readFixture<ClaimFixture>(`idp/claims/${name}`), file }]
  }),
)

/** The fixture's token, signed with the tests' RSA key. */
export function tokenOf({ payload, header }: ClaimFixture): string {
  return mint(JSON.stringify(payload), { header: JSON.stringify(header), alg: header.alg, key: testKey("rsa") })
}

/** The tenant of personal Microsoft accounts. */
export const consumerTenant = "9188040d-6c67-4c5b-b112-36a304b66dad"
const consumerKid = claimFixtures.get("entra-v2-access-consumer-account")?.header.kid
const kids = [...new Set([...claimFixtures.values()].map(({ header }) => header.kid))]
const entraHosts: { readonly [cloud: string]: string } = {
  public: "login.microsoftonline.com",
  usgov: "login.microsoftonline.us",
  china: "login.partner.microsoftonline.cn",
}

/**
 * A key set with every kid of the fixtures, so that no token is refused for want of a key. Entra's own hold no `alg`,
 * and an `issuer`: the template, or for one key the consumer tenant.
 */
function keySetOf(cloud?: string): NonNullable<IssuerOptions["jwks"]> {
  const keys = kids.map((kid) => {
    const { jwk } = withKid(testKey("rsa"), kid)
    if (cloud === undefined) return { ...jwk, alg: kid === "eu-west-1-15" ? "RS512" : "RS256" }
    const tenant = kid === consumerKid ? consumerTenant : "{tenantid}"
    return { ...jwk, issuer: `https://${entraHosts[cloud]}/${tenant}/v2.0` }
  })
  return { keys }
}

type Preset = ClaimFixture["preset"]

/** The fixture's `preset` in the names of the configuration. */
export function issuerOf({ preset, payload }: ClaimFixture): IssuerConfig {
  const { provider, ...rest } = preset
  const audience = preset.audience ?? ""
  const jwks = keySetOf()
  const oidc = (changes: Partial<OidcIssuer>): OidcIssuer => ({
    provider: "oidc",
    issuer: "",
    audience,
    jwks,
    ...changes,
  })
  switch (provider) {
    case "okta": {
      const { authorizationServerId, ...names } = rest
      return { ...names, provider, authorizationServer: authorizationServerId, audience, jwks } as IssuerConfig
    }
    case "auth0":
    case "cognito":
      return { ...rest, provider, jwks } as IssuerConfig
    case "entra": {
      const { tenantId, versions, ...names } = rest
      const version = versions === undefined ? {} : { version: (versions as string[]).map(Number) }
      const cloud = (rest.cloud as string | undefined) ?? "public"
      return { ...names, provider, tenant: tenantId, ...version, jwks: keySetOf(cloud) } as IssuerConfig
    }
    case "entra-b2c":
    case "entra-external-id": {
      const { tenantId, ...names } = rest
      return { ...names, provider, tenant: tenantId, jwks } as IssuerConfig
    }
    default:
      return oidc({ ...oidcOptions(preset, payload), issuer: [preset.issuer].flat()[0] as string })
  }
}

/** What an adopter adds to the generic preset for an issuer that has none of its own. */
function oidcOptions({ issuer }: Preset, payload: ClaimFixture["payload"]): Partial<OidcIssuer> {
  const first = String([issuer].flat()[0])
  if (first.includes("accounts.google.com")) {
    // Google's access tokens are opaque. Any service account can ask for any audience, so its subject is demanded.
    return "hd" in payload
      ? { tokenUse: "id", tenant: "hd", require: { hd: "example.com" } }
      : { tokenUse: "id", require: { sub: "112233445566778899001" } }
  }
  // One issuer for every repository on earth.
  if (first.includes("githubusercontent")) return { require: { repository_owner_id: "65" }, tenant: "repository_owner" }
  if (first.includes("oidc.eks")) return { require: { sub: "system:serviceaccount:orders:worker" } }
  if (first.includes("pingone")) return { tenant: "env" }
  if (first.includes("/oauth2/token")) return { tenant: "org_id", requireAtJwt: true }
  if (first.includes("/realms/")) return { roles: [["realm_access", "roles"]] }
  return {}
}
