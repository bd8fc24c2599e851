import { byDefault, required, text } from "../problems/declaration.ts"
import type { OktaIssuer } from "../types/configuration.ts"
import { audience, domain, keyPlaceOf, type Preset, preset } from "./options.ts"

interface OktaSettings {
  readonly domain: string
  readonly authorizationServer: string
  readonly audience: readonly string[]
}

const options = () => ({
  domain: required(domain),
  authorizationServer: byDefault(text(/^(?!org$)[A-Za-z0-9_-]+$/, "okta_server"), "default"),
  audience,
})

/**
 * Okta, custom authorization servers: `iss` has no trailing slash, and the header no `typ`. `scp` is an array, or after
 * a token exchange `scope` is a string. `cid` names the client, and `uid` a person.
 */
export const okta: Preset = preset<OktaIssuer, OktaSettings>(options, (settings, base, path, report) => {
  const { domain, authorizationServer } = settings
  if (/-admin\.okta(?:preview|-emea)?\.com$/.test(domain)) report(`${path}.domain`, "okta_admin")
  const issuer = `https://${domain}/oauth2/${authorizationServer}`
  return {
    ...base,
    provider: "okta",
    name: issuer,
    issuers: [{ issuer, require: [] }],
    lookalikes: [{ issuer: `https://${domain}`, code: "okta_org_token" }],
    keyPlace: keyPlaceOf(settings, { jwksUri: `${issuer}/v1/keys` }, path, report),
    audiences: [{ claim: "aud", anyOf: settings.audience }],
    requireAny: ["cid", "scp", "scope"],
    refuseJtiPrefix: "ID.",
    scopes: ["scp", "scope"],
    groups: settings.groups ?? ["groups"],
    clientId: ["cid", "client_id"],
    // `sub` is the Okta login, which an administrator can rename, so it comes last.
    subject: [{ claims: ["uid"] }, { claims: ["cid"] }, { claims: ["sub"] }],
    kind: [
      { kind: "user", when: { present: "uid" } },
      { kind: "app", when: "always" },
    ],
  }
})
