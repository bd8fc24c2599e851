import { describe, expect, it } from "vitest"
import { collect, type RawProblem } from "../../src/problems/option-checks.ts"
import { allPresets } from "../../src/provider/all-presets.ts"
import { sharedIssuerOf } from "../../src/provider/known-issuers.ts"
import { providersIn } from "../../src/provider/presets.ts"
import type { IssuerProfile } from "../../src/provider/profile.ts"
import { sharedIssuers } from "../../src/provider/shared-issuers.ts"
import type { ProviderName } from "../../src/types/principal.ts"
import {
  bases,
  combinations,
  issuersWithPreset,
  leftOut,
  ownValues,
  valuesOfEveryIssuer,
  wrongValues,
} from "./known-values.ts"

// What each preset makes of each option, as a whole: a rule that is lost changes a line of known-profiles.txt.

type Options = { readonly [name: string]: unknown }

/** Texts in brackets, for `listFormat`. */
const bracketed = ["[]", "[a]", "[a, b+c]", "[%2C,x]", "[a,,b]", "[%]", '["a"]', "[[a]]", "a", "[a", "[a]b", "b[a]"]

const shortened = (text: string): string => text.replace(/x{100,}/g, (run) => `(${run.length} times x)`)
const json = (value: unknown): string => shortened(JSON.stringify(value) ?? "undefined")

/** The members of a profile as text. */
function membersOf(profile: IssuerProfile): ReadonlyMap<string, string> {
  const { algorithms, readBracketed, ...rest } = profile
  const shown = {
    ...rest,
    algorithms: algorithms.map(({ name }) => name),
    ...(readBracketed && { readBracketed: Object.fromEntries(bracketed.map((text) => [text, readBracketed(text)])) }),
  }
  return new Map(Object.entries(shown).map(([name, value]) => [name, json(value)]))
}

function checked(provider: ProviderName, options: Options): { members: ReadonlyMap<string, string>; problems: string } {
  const found: RawProblem[] = []
  const raw = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== leftOut))
  const profile = allPresets[provider]?.profileOf({ provider, ...raw }, "at", collect(found)) as IssuerProfile
  const problems = found.map(({ path, message, details = [] }) => [path, message, ...details].join(" ")).join("; ")
  return { members: membersOf(profile), problems }
}

/** What an option changes of the profile of the preset's usual options; only the problems if there are any. */
function effect(provider: ProviderName, options: Options, usual: ReadonlyMap<string, string>): string {
  const { members, problems } = checked(provider, options)
  if (problems !== "") return problems
  const names = [...new Set([...usual.keys(), ...members.keys()])].filter(
    (name) => usual.get(name) !== members.get(name),
  )
  return names.length === 0 ? "changes nothing" : names.map((name) => `${name}: ${members.get(name)}`).join(", ")
}

/** One line for each effect, with the values that have it. */
function grouped(rows: readonly (readonly [value: string, effect: string])[], indent: string): readonly string[] {
  const effects = Map.groupBy(rows, ([, effect]) => effect)
  return [...effects].map(([effect, ones]) => `${indent}${ones.map(([value]) => value).join(" | ")}  →  ${effect}`)
}

/** What each preset makes of an option; what one of the presets before makes of it too is not repeated. */
const effects = new Map<string, string>()

function optionLines(provider: ProviderName, name: string, usual: ReadonlyMap<string, string>): readonly string[] {
  const values = [leftOut, ...wrongValues, ...(ownValues[provider]?.[name] ?? valuesOfEveryIssuer[name] ?? [])]
  const rows = values.map((value) => {
    return [json(value), effect(provider, { ...bases[provider], [name]: value }, usual)] as const
  })
  const lines = grouped(rows, "    ")
  const text = [name, ...lines].join("\n")
  const before = effects.get(text)
  if (before !== undefined) return [`  ${name}: as for ${before}`]
  effects.set(text, provider)
  return [`  ${name}`, ...lines]
}

function linesOf(provider: ProviderName): readonly string[] {
  const base = bases[provider]
  const usual = checked(provider, base)
  return [
    `${provider} ${json(base)}`,
    ...[...usual.members].map(([name, value]) => `  ${name}: ${value}`),
    `  problems: ${usual.problems || "none"}`,
    ...Object.keys(allPresets[provider]?.options ?? {}).flatMap((name) => optionLines(provider, name, usual.members)),
    ...(combinations[provider] ?? []).map(
      (more) => `  ${json(more)}  →  ${effect(provider, { ...base, ...more }, usual.members)}`,
    ),
  ]
}

describe("what each preset makes of each option is what it was", () => {
  it("in the file known-profiles.txt, which `npx vitest run -u` writes anew", async () => {
    const lines = (Object.keys(allPresets) as ProviderName[]).flatMap(linesOf)
    await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot("known-profiles.txt")
  })
})

/** Where an issuer of a pattern is: each `*` is one part of a name. */
const placed = (pattern: string): string => pattern.replaceAll("*", "x-1")
/** The value of a claim that names an owner: one that begins as it must, or any. */
const owned = (owner: string): Options => {
  const [claim = "", beginning = ""] = owner.split("=")
  return { [claim]: `${beginning}acme`, ...(claim === "email" && { email_verified: true }) }
}

describe("which issuers are shared is what it was", () => {
  it("in the file known-shared-issuers.txt, which `npx vitest run -u` writes anew", async () => {
    const usual = checked("oidc", bases.oidc)
    const problemsOf = (options: Options): string => checked("oidc", { ...bases.oidc, ...options }).problems || "none"
    const rowOf = (address: string, ...keysAt: readonly string[]): string =>
      sharedIssuerOf(address, keysAt)?.name ?? "-"
    const lines = sharedIssuers.flatMap(({ name, at, keysAt = [], owners, example }) => [
      `${name}: ${example} is ${rowOf(example)}; ${problemsOf({ issuer: example })}`,
      ...at.map((pattern) => {
        const address = placed(pattern)
        const near = [
          `${address}/tenant`,
          `${address}.example`,
          `${address}x`,
          `x${address}`,
          address.slice(1),
          `${address}:8443`,
        ]
        return `  ${pattern}: ${[address, ...near].map((one) => rowOf(`https://${one}`)).join(", ")}`
      }),
      ...keysAt.map((pattern) => `  keys at ${pattern}: ${rowOf("https://a.example", `https://${placed(pattern)}`)}`),
      ...grouped(
        owners.map((owner) => {
          const problems = problemsOf({ issuer: example, require: owned(owner) })
          return [json(owned(owner)), problems] as const
        }),
        "  ",
      ),
    ])
    const others = issuersWithPreset.map((issuer) => {
      const [access, id] = (["access", "id"] as const).map((tokenUse) => problemsOf({ issuer, tokenUse }))
      return `${issuer}: ${access}${id === access ? "" : `; as the issuer of ID tokens: ${id}`}`
    })
    expect(usual.problems).toBe("")
    await expect(`${[...lines, "", ...others].join("\n")}\n`).toMatchFileSnapshot("known-shared-issuers.txt")
  })
})

describe("the presets that a configuration needs", () => {
  it("are those of its issuers and of its edge's evidence, whatever else it holds", () => {
    const evidence = [{ jws: { issuer: { provider: "adfs" } } }, { jws: {} }, {}, null, 7]
    expect(providersIn({ issuers: [{ provider: "okta" }, null], edge: { evidence } })).toEqual(
      new Set(["okta", "adfs", undefined]),
    )
    expect(providersIn({ issuers: "okta", edge: { evidence: "adfs" } })).toEqual(new Set())
    expect(providersIn({ issuers: undefined, edge: null })).toEqual(new Set())
  })
})
