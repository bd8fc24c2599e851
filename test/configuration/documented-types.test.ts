import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { edgeBlock } from "../../src/configuration/declared/edge.ts"
import { headerBlock } from "../../src/configuration/declared/edge-headers.ts"
import { evidenceOptions } from "../../src/configuration/declared/evidence.ts"
import { configuration } from "../../src/configuration/reference/whole.ts"
import type { AnyOption } from "../../src/problems/declaration.ts"
import { allPresets } from "../../src/provider/all-presets.ts"

type Members = { readonly [name: string]: AnyOption }

const top = configuration as unknown as Members
const evidence = evidenceOptions as unknown as Members
const membersOf = (option: AnyOption | undefined): Members => option?.about[0] as Members
const presetOf = (name: keyof typeof allPresets): Members => (allPresets[name]?.options ?? {}) as Members

/** Which declaration an exported type describes. */
const declarations: { readonly [type: string]: Members } = {
  AuthorizerConfig: top,
  ...{
    CacheOptions: membersOf(top.cache),
    CredentialOptions: membersOf(top.credential),
    KeyOptions: membersOf(top.keys),
  },
  ...{ GatewayOptions: membersOf(top.gateway), ObserveOptions: membersOf(top.observe) },
  ...{ ShadowOptions: membersOf(top.shadow), SecretOptions: membersOf(top.secrets), EdgeOptions: membersOf(edgeBlock) },
  ...{
    HeaderOptions: membersOf(headerBlock),
    JwsEvidence: membersOf(evidence.jws),
    HmacEvidence: membersOf(evidence.hmac),
  },
  ...{ OktaIssuer: presetOf("okta"), Auth0Issuer: presetOf("auth0"), EntraIssuer: presetOf("entra") },
  ...{ EntraExternalIdIssuer: presetOf("entra-external-id"), EntraB2cIssuer: presetOf("entra-b2c") },
  ...{ CognitoIssuer: presetOf("cognito"), AdfsIssuer: presetOf("adfs"), Wso2Issuer: presetOf("wso2") },
  ...{ OidcIssuer: presetOf("oidc"), IssuerOptions: presetOf("oidc") },
}

/** The members of the exported interfaces, each with its comment on one line. */
function documented(): readonly (readonly [type: string, member: string, comment: string])[] {
  const files = ["configuration", "issuer-options", "key-options", "secret-options", "edge-options"]
  const source = files
    .map((name) => readFileSync(new URL(`../../src/types/${name}.ts`, import.meta.url), "utf8"))
    .join("")
  return [...source.matchAll(/^export interface (\w+)[^{]*\{\n([\s\S]*?)^\}/gm)].flatMap(([, type = "", body = ""]) =>
    [...body.matchAll(/(?:^ {2}\/\*\*([\s\S]*?)\*\/\n)?^ {2}readonly (\$?\w+)\??:/gm)].map(
      ([, comment = "", member = ""]) => [type, member, comment.replaceAll(/\s*\n \s*\*?\s*/g, " ")] as const,
    ),
  )
}

describe("14-4: the comments of the types say what is declared", () => {
  const rows = documented().filter(([type, member]) => Object.hasOwn(declarations[type] ?? {}, member))

  it("for every option of every block and provider", () => {
    const described = new Set(rows.map(([type, member]) => `${type}.${member}`))
    const common = Object.keys(presetOf("okta")).filter((name) => described.has(`IssuerOptions.${name}`))
    expect(common.length).toBeGreaterThan(8)
    for (const [type, members] of Object.entries(declarations)) {
      const wanted = type === "IssuerOptions" ? common : Object.keys(members).filter((name) => !common.includes(name))
      for (const member of type.endsWith("Issuer") || type === "IssuerOptions" ? wanted : Object.keys(members))
        expect(described, `${type}.${member}`).toContain(`${type}.${member}`)
    }
    expect(rows.length).toBeGreaterThan(120)
  })

  it.each(rows)("%s.%s", (type, member, comment) => {
    const { kind, about, presence, fallback } = (declarations[type] as Members)[member] as AnyOption
    // Defaults of some kinds are what a check makes of them.
    if (presence === "default" && !["map", "require", "version"].includes(kind) && member !== "algorithms")
      expect(comment).toContain(`@default ${JSON.stringify(fallback).replaceAll(",", ", ")}`)
    if (kind === "number" && comment.includes("@default")) expect(comment).toContain(`${about[0]} to ${about[1]}`)
  })
})
