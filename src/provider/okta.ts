import { type Report, text, texts } from "../problems/option-checks.ts"
import { algorithmsOf, commonOptions, domainOf, issuerKeys, keyPlaceOf, type RawIssuer } from "./options.ts"
import { type IssuerProfile, plainProfile } from "./profile.ts"

/**
 * Okta, custom authorization servers: `iss` has no trailing slash, and the header no `typ`. `scp` is an array, or after
 * a token exchange `scope` is a string. `cid` names the client, and `uid` a person.
 */
export function okta(raw: RawIssuer, path: string, report: Report): IssuerProfile {
  issuerKeys(raw, ["domain", "authorizationServer", "audience"], path, report)
  const domain = domainOf(raw, path, report)
  if (/-admin\.okta(?:preview|-emea)?\.com$/.test(domain)) {
    report(`${path}.domain`, "okta_admin")
  }
  const server = raw.authorizationServer === undefined ? "default" : raw.authorizationServer
  const serverId = text(server, `${path}.authorizationServer`, report) ?? "default"
  if (serverId === "org" || !/^[A-Za-z0-9_-]+$/.test(serverId)) {
    report(`${path}.authorizationServer`, "okta_server")
  }
  const issuer = `https://${domain}/oauth2/${serverId}`
  const options = commonOptions(raw, path, report)
  return {
    ...plainProfile,
    ...options,
    provider: "okta",
    name: issuer,
    issuers: [{ issuer, require: [] }],
    lookalikes: [{ issuer: `https://${domain}`, code: "okta_org_token" }],
    keyPlace: keyPlaceOf(raw, { jwksUri: `${issuer}/v1/keys` }, path, report),
    algorithms: algorithmsOf(raw, ["RS256"], path, report),
    audiences: [{ claim: "aud", anyOf: texts(raw.audience, `${path}.audience`, report) }],
    requireAny: ["cid", "scp", "scope"],
    refuseJtiPrefix: "ID.",
    scopes: ["scp", "scope"],
    groups: options.groups.length > 0 ? options.groups : ["groups"],
    clientId: ["cid", "client_id"],
    // `sub` is the Okta login, which an administrator can rename, so it comes last.
    subject: [{ claims: ["uid"] }, { claims: ["cid"] }, { claims: ["sub"] }],
    kind: [
      { kind: "user", when: { present: "uid" } },
      { kind: "app", when: "always" },
    ],
  }
}
