import { allPresets } from "../../provider/all-presets.ts"
import { providerNames } from "../../types/principal.ts"
import { headerBlock } from "../declared/edge-headers.ts"
import { evidenceOptions } from "../declared/evidence.ts"
import { keyOptions } from "../declared/keys.ts"
import { alternativeOptions, ruleOptions } from "../declared/rule.ts"
import {
  blockSchema,
  claimValue,
  closed,
  described,
  inherited,
  type Members,
  oneOrMore,
  ref,
  type Schema,
  schemaOf,
  text,
} from "./schema-of-options.ts"
import { optionTexts } from "./texts.ts"
import { configuration } from "./whole.ts"

const isOwn = (provider: string, name: string): boolean => Object.hasOwn(optionTexts, `${provider}.${name}`)

/** The options that every issuer takes, said once. */
function commonDefinitions(): { readonly [name: string]: Schema } {
  const options = Object.entries((allPresets.okta?.options ?? {}) as Members)
  const common = options.filter(([name]) => name !== "provider" && !isOwn("okta", name))
  return Object.fromEntries(common.map(([name, option]) => [`issuers.${name}`, described(option, `issuers[].${name}`)]))
}

function issuerSchema(provider: (typeof providerNames)[number]): Schema {
  const options = (allPresets[provider]?.options ?? {}) as Members
  const own = Object.entries(options).filter(([name]) => isOwn(provider, name))
  const { properties, required = [] } = blockSchema(Object.fromEntries(own), provider)
  const common = Object.keys(options).filter((name) => name !== "provider" && !isOwn(provider, name))
  return closed(
    {
      provider: { const: provider },
      ...(properties as { readonly [name: string]: Schema }),
      ...Object.fromEntries(common.map((name) => [name, ref(`issuers.${name}`)])),
    },
    ["provider", ...(required as readonly string[])],
  )
}

/**
 * The JSON Schema of a configuration. What it cannot say, such as how options fit together, the check at start says.
 */
export function configurationSchema(): Schema {
  const { properties, required } = blockSchema(configuration as unknown as Members, "")
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "hallpass configuration",
    description:
      "hallpass is a token-validating authorizer for Amazon API Gateway. docs/configuration.md explains every option.",
    type: "object",
    properties,
    required,
    additionalProperties: false,
    dependencies: { unmatched: ["routes"] },
    if: { not: { required: ["edge"] } },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { properties: { issuers: { minItems: 1 } } },
    definitions: {
      text,
      claimName: { ...text, not: { enum: inherited } },
      claimPath: {
        description: "The name of a claim, or a list of names that leads to a nested claim.",
        ...oneOrMore(ref("claimName")),
      },
      claimValue,
      keys: blockSchema(keyOptions as unknown as Members, "keys"),
      rule: blockSchema(ruleOptions as unknown as Members, "routes[]"),
      alternative: blockSchema(alternativeOptions as unknown as Members, "routes[]"),
      headerName: { ...text, maxLength: 128, pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$" },
      header: schemaOf(headerBlock, "edge.headers[]"),
      evidence: blockSchema(evidenceOptions as unknown as Members, "edge.evidence[]"),
      issuer: {
        type: "object",
        properties: { provider: { enum: providerNames } },
        required: ["provider"],
        allOf: providerNames.map((name) => ({
          if: { properties: { provider: { const: name } }, required: ["provider"] },
          // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
          then: ref(`issuer-${name}`),
        })),
      },
      ...Object.fromEntries(providerNames.map((name) => [`issuer-${name}`, issuerSchema(name)])),
      ...commonDefinitions(),
    },
  }
}
