import { Ajv, type ValidateFunction } from "ajv"
import { describe, expect, it } from "vitest"
import { configurationSchema } from "../../src/configuration/reference/schema.ts"
import { type AuthorizerConfig, ConfigurationError, createAuthorizer } from "../../src/index.ts"
import { cases, seed, worth } from "../support/seed.ts"
import { sampleConfigurations } from "./sample-configurations.ts"

const validate: ValidateFunction = new Ajv({ strictTypes: false, strictRequired: false }).compile(configurationSchema())

/**
 * Problems that no schema can say: how options fit together, what is known of issuers, keys and the network, and
 * whether a caller can meet a rule. By their sentences, so that a new sentence has to be added here.
 */
const beyondSchema: readonly RegExp[] = [
  // Options that have to fit together.
  /^goes (?:with|together)/,
  /^does not go together/,
  /^must be (?:0|false|"policy"|"request"|"none") /,
  /^must be a format of one value/,
  /^must hold(?!: "token", "route" or| "token", "route" or)/,
  /^must have (?:equals or contains|an issuer)/,
  /^must pin /,
  /^must differ /,
  /^must list the tenants to accept/,
  /^must be left out /,
  /^needs (?:gateway|the existing|a demand)/,
  /^is missing\. Set it to (?:what of the certificate|the name before \.b2clogin)/,
  /^is (?:the context key of|what observe)/,
  /^can never hold/,
  /^names the same (?:header|route)/,
  /^names the header of the credential/,
  /^is an alias of/,
  /alone proves too little/,
  // What is known of issuers, keys and headers.
  /^accepts the same issuer/,
  /^has no key that can verify/,
  /^must be an https URL/,
  /^must be "[\w-]+" for this issuer/,
  /^must give the exact value of a claim/,
  /^must hold the API's client id/,
  /^must be your own API/,
  /^is Okta's admin console/,
  /^is what ID tokens name/,
  /^is a claim that ID tokens have/,
  /^is a (?:private|symmetric) key/,
  /^is a header that clients/,
  /^is a name that can change hands/,
  /^must be the PEM text/,
  /^must be a distinguished name/,
  // What callers can meet, and what route keys mean.
  /^is never met/,
]
/** Route keys have a grammar of their own. */
const routeKey = /^routes\["(?:[^"\\]|\\.)*"\]$/

/**
 * What a schema says in part: the form of an address, not its numbers; of a user pool, not its region; the form of
 * secrets that nothing reads.
 */
const partly = /^must be an address range|^must look like eu-west-1|^goes with edge or assertion only/

function isBeyond(path: string, message: string): boolean {
  if (path === "unmatched") return false
  if (/\.jws\.claims\.\w+$/.test(path) && message.startsWith("is not a known")) return true // the headers say which
  if (path === "shadow.evidence" && message.startsWith("is missing")) return true
  if (routeKey.test(path) && !message.startsWith("must be an object")) return true
  return partly.test(message) || beyondSchema.some((sentence) => sentence.test(message))
}

function problemsOf(config: unknown): readonly { readonly path: string; readonly message: string }[] {
  try {
    createAuthorizer(config as AuthorizerConfig)
    return []
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems
    throw error
  }
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function randomFrom(start: number): () => number {
  let state = start
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

type Place = { readonly holder: { [key: string | number]: unknown }; readonly key: string | number }

/** Every member of a configuration. Keys are taken whole: what is in a JWK, a schema does not say. */
function placesIn(holder: object): readonly Place[] {
  const keys: readonly (string | number)[] = Array.isArray(holder) ? [...holder.keys()] : Object.keys(holder)
  return keys.flatMap((key): readonly Place[] => {
    const inner = (holder as { [key: string | number]: unknown })[key]
    const own = { holder: holder as Place["holder"], key }
    return typeof inner === "object" && inner !== null && key !== "keys" ? [own, ...placesIn(inner)] : [own]
  })
}

const wrongValues = [
  7,
  -1,
  1.5,
  1e12,
  "x ",
  "",
  "bogus",
  true,
  null,
  [],
  {},
  [7],
  [null],
  ["a", ""],
  { zzz: 1 },
  [["a"]],
]

/** One mistake that people make, at a random place. */
function mutate(config: object, random: () => number): void {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const places = placesIn(config)
  if (places.length === 0) return
  const { holder, key } = pick(places)
  const value = holder[key]
  const near: unknown[] =
    typeof value === "number"
      ? [-value - 1, value * 1e6, value + 0.5, `${value}`]
      : typeof value === "string"
        ? [`${value}x`, ` ${value}`, value.toUpperCase(), [value]]
        : wrongValues
  const kind = pick(["near", "near", "other", "gone", "twice"])
  if (kind === "near") holder[key] = structuredClone(pick(near))
  else if (kind === "other") holder[key] = structuredClone(pick(wrongValues))
  else if (kind === "gone" && Array.isArray(holder)) holder.splice(Number(key), 1)
  else if (kind === "gone") delete holder[key]
  else if (Array.isArray(holder)) holder.push(structuredClone(value))
  else holder[`${key}x`] = value
}

describe("14-4: the JSON Schema and the check at start agree", () => {
  it("on configurations without a problem", () => {
    for (const config of sampleConfigurations()) {
      expect(problemsOf(config)).toEqual([])
      expect(validate(config), JSON.stringify(validate.errors)).toBe(true)
    }
  })

  it("on 2,000 configurations with and without mistakes", () => {
    const random = randomFrom(seed)
    const disagreements: string[] = []
    const count = { sound: 0, refused: 0, beyond: 0 }
    for (let tried = 0; tried < cases(2000); tried++) {
      const samples = sampleConfigurations()
      const config = structuredClone(samples[Math.floor(random() * samples.length)] as object)
      for (let mistakes = Math.floor(random() * 4); mistakes > 0; mistakes--) mutate(config, random)
      const problems = problemsOf(config)
      const ofForm = problems.filter(({ path, message }) => !isBeyond(path, message))
      if (ofForm.length === 0 && problems.some(({ message }) => partly.test(message))) continue
      const fits = validate(config)
      count[ofForm.length > 0 ? "refused" : problems.length > 0 ? "beyond" : "sound"]++
      if (fits !== (ofForm.length === 0))
        disagreements.push(JSON.stringify({ config: fits ? ofForm : config, schema: validate.errors }))
    }
    expect(disagreements.slice(0, 5)).toEqual([])
    expect(count.sound).toBeGreaterThan(worth(200))
    expect(count.refused).toBeGreaterThan(worth(700))
    expect(count.beyond).toBeGreaterThan(worth(25))
  })
})
