import {
  byDefault,
  checkMembers,
  claimPath,
  type Declaration,
  number,
  type Option,
  oneOrMore,
  option,
  required,
  text,
  words,
} from "../problems/declaration.ts"
import { text as checkText, object, type Report } from "../problems/option-checks.ts"
import { type Algorithm, algorithms } from "../shared/algorithms.ts"
import type { ClaimPath, IssuerConfig, IssuerOptions } from "../types/configuration.ts"
import type { KeyOptions } from "../types/key-options.ts"
import { type FurtherSettings, furtherRules } from "./further-options.ts"
import { type IssuerProfile, type KeyPlace, plainProfile, type Requirement } from "./profile.ts"
import { requirements } from "./requirements.ts"

/** The configured issuer before anything in it is believed. */
export type RawIssuer = { readonly [name: string]: unknown }

/** What an adopter knows of a provider: its options, and the complete rules that they make. */
export interface Preset {
  /** By name; the options that every issuer takes are among them. */
  readonly options: { readonly [name: string]: unknown }
  /** Reports problems and goes on; never throws. */
  readonly profileOf: (raw: RawIssuer, path: string, report: Report) => IssuerProfile
}

/** The options that every issuer takes, as checked. */
export interface CommonSettings extends FurtherSettings {
  readonly algorithms: readonly Algorithm[]
  readonly jwks?: NonNullable<IssuerOptions["jwks"]>
  readonly jwksUri?: string
  readonly roles?: readonly ClaimPath[]
  readonly groups?: readonly ClaimPath[]
  readonly listFormat: "plain" | "bracketed"
  readonly require: readonly Requirement[]
  readonly maxLifetimeSeconds?: number
  readonly keys?: KeyOptions
}

/** The name of an algorithm. HMAC and `none` are refused whatever the configuration says. */
const algorithm: Option<string, "optional", Algorithm> = option(
  "words",
  [...algorithms.keys()],
  (value, path, report) => {
    const name = checkText(value, path, report)
    const row = name === undefined ? undefined : algorithms.get(name)
    if (name !== undefined && row === undefined) report(path, "algorithm", [...algorithms.keys()].join(", "))
    return row
  },
)

const jwks: Option<NonNullable<IssuerOptions["jwks"]>> = option("jwks", [], (value, path, report) => {
  const set = object(value, path, report)
  if (set !== undefined && !(Array.isArray(set.keys) && set.keys.length > 0)) report(`${path}.keys`, "jwks_keys")
  return value as NonNullable<IssuerOptions["jwks"]> // it stays the place of the keys, whatever is wrong with it
})

/** The address of a document. Which addresses are fetched from is checked where the keys are. */
export const address: Option<string> = option("text", [], (value, path, report) => checkText(value, path, report) ?? "")

/** One claim path or several: a list of strings is one nested path, a list of lists is several. */
const claimPaths: Option<ClaimPath | readonly ClaimPath[], "optional", readonly ClaimPath[]> = option(
  "claimPaths",
  [],
  (value, path, report) =>
    Array.isArray(value) && value.some((item) => Array.isArray(item))
      ? value.map((item, index) => claimPath.check(item, `${path}[${index}]`, report) ?? "")
      : [claimPath.check(value, path, report) ?? ""],
)

/** A claim that takes the place of the preset's own. */
const replacing: Option<ClaimPath, "optional", readonly ClaimPath[]> = option("claimPath", [], (...given) => [
  claimPath.check(...given) ?? "",
])

/** The block is checked where the defaults of the whole configuration are known. */
const keys: Option<KeyOptions> = option("keys", [], (value) => value as KeyOptions)

const commonOptions: Declaration<IssuerOptions, CommonSettings> = {
  algorithms: byDefault(oneOrMore(algorithm), [algorithms.get("RS256") as Algorithm]),
  jwks,
  jwksUri: address,
  roles: claimPaths,
  groups: replacing,
  listFormat: byDefault(words("plain", "bracketed"), "plain"),
  require: byDefault(
    option<NonNullable<IssuerOptions["require"]>, readonly Requirement[]>("require", [], requirements),
    [],
  ),
  maxLifetimeSeconds: number(1, 31_536_000, "seconds"),
  keys,
}

/** What presets begin with: what most providers share, and the options that need no further thought. */
export type BaseProfile = Omit<IssuerProfile, "provider" | "name" | "issuers" | "keyPlace">

type OwnOptions<T> = Omit<T, keyof IssuerOptions | "provider">

/**
 * @param own makes the provider's own options; called once, if an issuer has this preset
 * @param expand makes the rules of checked options; `raw` says whether an option is there at all
 */
export function preset<T extends IssuerConfig, S>(
  own: () => Declaration<OwnOptions<T>, S>,
  expand: (
    settings: S & CommonSettings,
    base: BaseProfile,
    path: string,
    report: Report,
    raw: RawIssuer,
  ) => IssuerProfile,
): Preset {
  let declared: Preset["options"] | undefined
  const all = (): Preset["options"] => {
    declared ??= { ...own(), provider: option("provider", [], (value) => value), ...commonOptions }
    return declared
  }
  return {
    get options() {
      return all()
    },
    profileOf(raw, path, report) {
      const settings = checkMembers(all() as Declaration<object>, raw, path, report) as S & CommonSettings
      const { roles = [], groups = [], maxLifetimeSeconds } = settings
      const base = {
        ...plainProfile,
        algorithms: [...new Set(settings.algorithms)],
        roles,
        groups,
        ...(maxLifetimeSeconds !== undefined && { maxLifetimeSeconds }),
      }
      const profile = expand(settings, base, path, report, raw)
      return { ...profile, ...furtherRules(profile, settings, path, report) }
    },
  }
}

/** An `iss` value as it is. The principalId is `issuer|subject`: a bar or a blank would make it ambiguous (SR-145). */
export const issuerText: Option<string> = option("text", [/^[^|\s]{1,512}$/], (value, path, report) => {
  const issuer = checkText(value, path, report) ?? ""
  if (/[|\s]/.test(issuer)) report(path, "issuer_blanks")
  if (issuer.length > 512) report(path, "issuer_long")
  return issuer
})

const hostName = text(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/, "domain")

/** Whom tokens are for. */
export const audience: Option<string | readonly string[], "required", readonly string[]> = required(
  oneOrMore(text()),
  [],
)

/** A host as people write it by mistake with a scheme, a path or a slash: refused, because `iss` is built from it. */
export const domain: Option<string> = option(
  "text",
  hostName.about,
  (...given) => hostName.check(...given) ?? "unset.invalid",
)

/** The keys in the configuration, at the configured address, or where the preset expects them. */
export function keyPlaceOf(settings: CommonSettings, expected: KeyPlace, path: string, report: Report): KeyPlace {
  const { jwks, jwksUri } = settings
  if (jwks !== undefined && jwksUri !== undefined) report(`${path}.jwksUri`, "not_with", "jwks")
  if (jwks !== undefined) return { jwks }
  return jwksUri === undefined ? expected : { jwksUri }
}
