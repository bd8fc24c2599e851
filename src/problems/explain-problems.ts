import type { ConfigurationProblem } from "../types/errors.ts"
import { withoutFollowUps } from "./follow-ups.ts"
import { providerMeant, suggestion } from "./name-suggestion.ts"
import type { RawProblem } from "./option-checks.ts"
import { exampleOf, placeOf, purposeOf } from "./option-examples.ts"

// The sentences about configuration problems, by the names that the checks use. They are not part of a start: the
// code that collects problems loads them if there are any.

type Sentence = (details: readonly string[], path: string) => string

export const sentences: { readonly [name: string]: string | Sentence } = {
  missing: (_, path) => `is missing. Set it${purposeOf(path)}${forExample(path)}`,
  object: (_, path) => `must be an object${forExample(path)}`,
  list: (_, path) => `must be a list${forExample(path)}`,
  text: (_, path) => `must be text of 1 to 2048 characters, without blanks at its ends${forExample(path)}`,
  number: ([min, max, unit], path) => `must be a number from ${min} to ${max} (${unit})${forExample(path)}`,
  flag: "must be true or false, without quotes",
  word: ([given = "", ...words]) =>
    `must be one of: ${words.map((word) => `"${word}"`).join(", ")}${didYouMean(given, words)}`,
  undefined: "is undefined. Set it, or leave it out",
  unknown: ([name = "", ...allowed], path) => {
    const place = placeOf(name, path)
    if (place !== undefined) return `is not a known option at the top level. Write it as ${place}`
    return `is not a known option${didYouMean(name, allowed) || `. The options here are ${allowed.join(", ")}`}`
  },
  empty_list: (_, path) => `must not be empty: an empty list would check nothing. Set it${forExample(path)}`,
  empty_path:
    'must not be empty: it is a list of names that leads to a nested claim, such as ["realm_access", "roles"]',
  every_object: "is a name that every object has, and no claim can have it here. Use another claim",

  plain_data:
    "must be plain data, as JSON can hold it. Remove functions, classes, references that lead back, and deep nesting",
  goes_with: ([other]) => `goes with ${other} only. Set ${other}, or remove this option`,
  renamed_mode: 'was replaced by the block "shadow": if it is there, hallpass runs in shadow mode',
  renamed_observing: 'was renamed to "shadow"',
  subject_of_several:
    'must not be "subject" with more than one issuer: two callers could have the same id. Use "issuer|subject" or a claim',
  not_loaded: "was not there when the configuration was loaded. Pass plain data that does not change",

  issuers:
    'must be a list of at least one issuer, for example [{ "provider": "okta", "domain": "acme.okta.com", "audience": "api://orders" }]',
  provider: ([given = "", ...names]) => {
    const meant = providerMeant(given) ?? suggestion(given, names)
    const remedy = meant === undefined ? 'Use "oidc" for any other issuer' : `Did you mean "${meant}"?`
    return `must be one of: ${names.map((name) => `"${name}"`).join(", ")}. ${remedy}`
  },
  same_issuer: ([first]) => `accepts the same issuer as ${first}. Merge the two`,
  algorithm_of_node: ([name, version]) =>
    `has ${name}, which Node.js ${version} cannot verify. Run Node.js 24.6 or newer, or leave the algorithm out`,
  issuer_blanks: "must not hold blanks or |. Set it to the iss claim of your tokens, character for character",
  issuer_long:
    "must not be longer than 512 characters. Set it to the iss claim of your tokens, character for character",
  domain: (_, path) =>
    `must be a bare host name in lower case, without scheme, port, path or trailing slash${forExample(path)}`,
  algorithm: ([known]) => `must be one of ${known}. "none" and HMAC (HS*) are never accepted`,
  not_with: ([other]) => `does not go together with ${other}. Name one of them`,
  jwks_keys: "must be a list of at least one JWK, as the issuer publishes it",
  okta_admin: "is Okta's admin console. Name the organization's own domain, without -admin, for example acme.okta.com",
  okta_server:
    "must be the id of a custom authorization server, for example default or aus…. Tokens of the org server can be verified by " +
    "Okta only",
  loopback: "must be http://localhost, http://127.0.0.1 or http://[::1], with a port and without a path",
  user_pool: "must look like eu-west-1_AbCdEf123, the id of the user pool",
  cognito_audience: "goes with access tokens only: the aud of an ID token is the client id. Remove this option",
  require_claims: 'must name at least one claim, for example { "email_verified": true }. Or leave require out',
  require_value:
    "must be the exact value (a text, a number, true or false), a list of values, or { present: true } for any",
  private_key: "is a private key. Configure public keys only, and replace this key: it has been shown",
  symmetric_key: "is a symmetric key. Configure public keys only",
  no_key: ([names, why]) => `has no key that can verify ${names} (${why}). Correct algorithms, or the keys`,
  https: ([option]) =>
    `must be an https URL${option === "discoveryUrl" ? ". If the issuer has none, set jwksUri or jwks" : ""} ` +
    "(http for loopback addresses needs keys.allowHttpLoopback)",
  refresh_order:
    "must hold: refreshAfterSeconds ≤ waitAfterSeconds ≤ expireAfterSeconds. For example 3600, 7200, 86400",
  certificates: "must be the PEM text of certificates, or the path of a PEM file that can be read at start",

  sources_list: 'must be a list, for example ["token", "route"]',
  sources_unknown: 'must hold "token", "route" or what API Gateway knows, for example $context.identity.sourceIp',
  sources_token: 'must hold "token", else one caller gets the answer of another. Or set gateway.resultTtlSeconds to 0',
  ttl_of_places: "must be 0 if credential names several places. Name one place, or set the TTL to 0",
  authorizer_of_token:
    'must be "request": a TOKEN authorizer is for REST APIs and for one header, which is its only identity source',
  header_name: "must be an RFC 9110 token: letters, digits and -._~, for example Authorization",
  scheme: "must be one word such as Bearer, or null for a token without a scheme",
  context_reserved: ([names]) => `is a name that API Gateway itself uses. Choose another one than ${names}`,
  context_name: "must be a name of letters, digits and _, at most 64 characters, for example email",

  context_answer: "is what observe.answerInContext sets. Choose another key, or set that to false",

  edge_evidence: (_, path) => `must be${purposeOf(path).replace(/^ to/, "")}`,

  variable: ([name = "", ...known]) =>
    `is not known${didYouMean(name, known) || `. The variables of hallpass are ${known.join(", ")}`}`,
  variable_besides: ([whole]) => `must be empty if ${whole} is set. Put it into that object`,
  no_configuration: "is missing. Set HALLPASS_CONFIG or HALLPASS_PROVIDER, or edit handlers/authorizer.config.ts",

  snapshot_date: "must be a date and time in ISO 8601, for example 2026-01-31T12:00:00Z. Take the snapshot again",
  snapshot_keys: "must be a list of JWKs. Take the snapshot again",
  snapshot_secret: "holds secret key material. Take the snapshot again, and correct the issuer",
}

/** Problems with their sentences, without those that follow from another one. A sentence stays as it is. */
export function explain(problems: readonly RawProblem[]): readonly ConfigurationProblem[] {
  return withoutFollowUps(problems).map(explained)
}

/** Looking for a similar name takes 0.1 ms. A configuration with more wrong names gets hints for the first ones. */
const mostSuggestions = 200
/** Sentences whose first detail is the name that was given. */
const givesName = ["unknown", "word", "provider", "variable"]

function explained({ path, message, details = [] }: RawProblem, index: number): ConfigurationProblem {
  const sentence = message.includes(" ") || !Object.hasOwn(sentences, message) ? message : sentences[message]
  if (typeof sentence !== "function") return { path, message: sentence ?? message }
  const texts = details.map(String)
  if (index >= mostSuggestions && givesName.includes(message)) texts[0] = ""
  return { path, message: sentence(texts, path) }
}

function forExample(path: string): string {
  const example = exampleOf(path)
  return example === undefined ? "" : `, for example ${example}`
}

function didYouMean(given: string, words: readonly string[]): string {
  const near = suggestion(given, words)
  return near === undefined ? "" : `. Did you mean "${near}"?`
}
