import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { authorizerKeys, verifierKeys } from "../../src/configuration/declared/top-level.ts"
import { environmentVariables, type Target, targetOf } from "../../src/configuration/environment.ts"
import { configurationSchema } from "../../src/configuration/reference/schema.ts"
import { optionTexts } from "../../src/configuration/reference/texts.ts"
import { configuration } from "../../src/configuration/reference/whole.ts"
import { gatewaySettings } from "../../src/policy.ts"
import type { AnyOption } from "../../src/problems/declaration.ts"
import { allPresets } from "../../src/provider/all-presets.ts"
import { sampleConfigurations } from "./sample-configurations.ts"

type Reference = { readonly renewed: () => ReadonlyMap<string, string> }
const { renewed } = (await import(new URL("../../build-reference.mjs", import.meta.url).href)) as Reference

type Members = { readonly [name: string]: AnyOption }

/** Every option, by the path of its text: the options of blocks, of their lists and maps, and of alternatives. */
function optionsOf(members: Members, at: string): readonly (readonly [path: string, option: AnyOption])[] {
  return Object.entries(members).flatMap(([name, option]) => {
    const path = at === "" ? name : `${at}.${name}`
    return [[path, option] as const, ...inside(option, path)]
  })
}

function inside({ kind, about }: AnyOption, path: string): ReturnType<typeof optionsOf> {
  const [first, second] = about as readonly [never, never]
  if (kind === "block") return optionsOf(first as Members, path)
  if (kind === "list" || kind === "oneOrMore") return inside(first, `${path}[]`)
  if (kind === "demand") return inside(first, path)
  if (kind === "headers") return optionsOf((second as AnyOption).about[0] as Members, `${path}[]`)
  if (kind === "routes") return optionsOf(first as Members, `${path}[]`)
  return []
}

const declared = new Map(optionsOf(configuration as unknown as Members, ""))
const providers = Object.entries(allPresets).map(([name, { options }]) => [name, options as Members] as const)

describe("14-4: the configuration is declared once", () => {
  it("has a text for every option, and no text without an option", () => {
    const own = providers.flatMap(([provider, options]) =>
      Object.keys(options).map((name) => [provider, name] as const),
    )
    const textOf = ([provider, name]: readonly [string, string]): string =>
      Object.hasOwn(optionTexts, `${provider}.${name}`) ? `${provider}.${name}` : `issuers[].${name}`
    const wanted = new Set([...declared.keys(), ...own.map(textOf)])
    expect([...wanted].filter((path) => !Object.hasOwn(optionTexts, path))).toEqual([])
    expect(Object.keys(optionTexts).filter((path) => !wanted.has(path))).toEqual([])
    expect(wanted.size).toBeGreaterThan(150)
  })

  it("gives options of one provider only texts of their own", () => {
    const common = Object.keys(allPresets.okta?.options ?? {}).filter((name) =>
      Object.hasOwn(optionTexts, `issuers[].${name}`),
    )
    for (const [provider, options] of providers)
      for (const name of Object.keys(options))
        expect(common.includes(name), `${provider}.${name}`).toBe(!Object.hasOwn(optionTexts, `${provider}.${name}`))
  })

  it("knows at the start the names that it declares", () => {
    expect([...authorizerKeys].sort()).toEqual(Object.keys(configuration).sort())
    expect(verifierKeys.filter((name) => !authorizerKeys.includes(name))).toEqual([])
  })

  it("has every option in one of the configurations that the schema is tried with", () => {
    const seen = new Set(sampleConfigurations().flatMap((config) => pathsIn(config)))
    expect([...declared.keys()].filter((path) => !seen.has(path))).toEqual([])
    for (const [provider, options] of providers)
      for (const name of Object.keys(options)) {
        const places = Object.hasOwn(optionTexts, `${provider}.${name}`) ? [provider] : providers.map(([each]) => each)
        expect(
          places.some((place) => seen.has(`${place}.${name}`)),
          `${provider}.${name}`,
        ).toBe(true)
      }
  })
})

describe("14-4: defaults that are used before a check", () => {
  it("are the declared ones: gatewaySettings, and metrics that wait", () => {
    const { resultTtlSeconds, rest } = gatewaySettings({ issuers: [] })
    expect(resultTtlSeconds).toBe(declared.get("gateway.resultTtlSeconds")?.fallback)
    expect(rest.identitySources).toEqual(["method.request.header.Authorization"])
    expect(declared.get("gateway.identitySources")?.fallback).toEqual(["token"])
    const counters = readFileSync(new URL("../../src/observe/counters.ts", import.meta.url), "utf8")
    for (const name of ["flushAfterSeconds", "flushAfterCount"])
      expect(counters).toContain(`${name} = ${declared.get(`observe.${name}`)?.fallback}`)
  })
})

describe("14-4: what is written from the declaration", () => {
  it.each([...renewed()])("%s is not stale; npm run build:reference renews it", (path, text) => {
    expect(readFileSync(new URL(`../../${path}`, import.meta.url), "utf8")).toBe(text)
  })

  it("is a table in docs/configuration.md for every block", () => {
    const page = readFileSync(new URL("../../docs/configuration.md", import.meta.url), "utf8")
    const tables = [...page.matchAll(/<!-- options: ([\w-]+) -->/g)].map(([, name]) => name)
    for (const name of [
      "configuration",
      "rule",
      "gateway",
      "credential",
      "keys",
      "cache",
      "observe",
      "shadow",
      "variables",
    ])
      expect(tables, name).toContain(name)
  })
})

describe("14-4: environment variables", () => {
  const targets = environmentVariables().map((name): [string, Target] => [name, targetOf(name) as Target])
  const readings: { readonly [reading: string]: readonly string[] } = {
    plain: ["text", "words", "provider", "claimName", "claimPath"],
    list: ["list", "oneOrMore"],
    wholeNumber: ["number", "version"],
    share: ["number"],
    yesOrNo: ["flag"],
    parseStrictJson: ["routes", "block", "jwks"],
  }

  it.each(targets.filter(([name, { option }]) => name !== option))(
    "%s is read as its option is declared",
    (_, { block, option, read }) => {
      const paths =
        block === "issuer"
          ? providers.map(([, options]) => options[option])
          : [declared.get(block === "top" ? option : `${block}.${option}`)]
      const kinds = new Set(paths.flatMap((found) => (found === undefined ? [] : [found.kind])))
      expect(kinds.size).toBeGreaterThan(0)
      for (const kind of kinds) expect(readings[read.name]).toContain(kind)
    },
  )

  it("can set what every provider requires", () => {
    const settable = new Set(targets.filter(([, { block }]) => block === "issuer").map(([, { option }]) => option))
    for (const [provider, options] of providers)
      for (const [name, { presence }] of Object.entries(options))
        if (presence === "required") expect(settable, `${provider}.${name}`).toContain(name)
  })
})

describe("hallpass.schema.json", () => {
  const schema = configurationSchema() as { readonly definitions: { readonly [name: string]: object } }

  it("refuses unknown keys in every object that it describes by its options", () => {
    const open: string[] = []
    const walk = (part: unknown, at: string): void => {
      if (typeof part !== "object" || part === null) return
      const { properties, additionalProperties } = part as { properties?: object; additionalProperties?: unknown }
      if (properties !== undefined && additionalProperties === undefined) open.push(at)
      for (const [name, inner] of Object.entries(part)) if (name !== "properties") walk(inner, `${at}/${name}`)
      for (const [name, inner] of Object.entries(properties ?? {})) walk(inner, `${at}/properties/${name}`)
    }
    walk(schema, "")
    // A JWK Set may have members of its own (RFC 7517 section 5); the others only say when a definition counts.
    expect(open.filter((at) => !/\/(?:if|then)$|\/definitions\/issuer$|jwks$/.test(at))).toEqual([])
  })
})

/** Paths of the options in a configuration, as texts are named; those of issuers by their provider. */
function pathsIn(value: unknown, at = ""): readonly string[] {
  if (typeof value !== "object" || value === null) return []
  if (Array.isArray(value)) return value.flatMap((item) => pathsIn(item, `${at}[]`))
  const isIssuer = at === "issuers[]" || at.endsWith(".jws.issuer")
  const base = isIssuer ? (value as { readonly provider: string }).provider : at
  return Object.entries(value).flatMap(([name, inner]) => {
    if (at === "routes" || at === "edge.headers") return pathsIn(inner, `${at}[]`)
    if (/^routes\[\](?:\.\w+)?$/.test(at) && (name === "any" || name === "all")) return pathsIn(inner, at)
    if (name === "anyOf") return [`${at}.anyOf`, ...(inner as readonly unknown[]).flatMap((one) => pathsIn(one, at))]
    const path = base === "" ? name : `${base}.${name}`
    return [path, ...pathsIn(inner, path)]
  })
}
