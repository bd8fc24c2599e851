import type { AssertionContent } from "../answer/assertion.ts"
import type { Report } from "../problems/option-checks.ts"
import { checkEnvironmentSecret } from "../secret/check-reference.ts"
import type { SecretPolicy } from "../secret/settings.ts"
import { signingKeysFormat } from "../secret/signing-keys.ts"
import type { SigningKeyReference } from "../types/secret-options.ts"
import type { CheckedIssuer } from "./check-issuers.ts"
import type { CheckedEdge } from "./checked-edge.ts"
import { type AssertionSettings, assertionBlock } from "./declared/assertion.ts"
import { checkSecretOptions } from "./declared/secrets.ts"

/** The `assertion` block, checked and with defaults. */
export interface CheckedAssertion extends AssertionContent {
  /** The first one signs. */
  readonly keys: readonly SigningKeyReference[]
  /** How long API Gateway may keep an answer, and how much longer an assertion lives. Seconds. */
  readonly keptSeconds: number
  readonly marginSeconds: number
  readonly secretPolicy: SecretPolicy
}

/** What assertions have to go together with. */
export interface AroundAssertion {
  readonly secrets: unknown
  readonly issuers: readonly CheckedIssuer[]
  readonly edge: CheckedEdge | undefined
  readonly context: { readonly [contextKey: string]: unknown }
  readonly resultTtlSeconds: number
}

export type CheckAssertion = (value: unknown, around: AroundAssertion, report: Report) => CheckedAssertion | undefined

type Rule = (block: AssertionSettings, around: AroundAssertion, report: Report) => unknown

const rules: readonly Rule[] = [
  /** A token of a caller must never pass for an assertion, nor an assertion for a token of a caller. */
  ({ issuer }, { issuers, edge }, report) => {
    const edges = (edge?.evidence ?? []).flatMap(({ jws }) => (jws === undefined ? [] : [jws.issuer]))
    for (const { profile, path } of [...issuers, ...edges])
      if (profile.issuers.some((one) => one.issuer === issuer))
        report(
          "assertion.issuer",
          `is the issuer of ${path}: the mesh could not tell an assertion from a token of that issuer. Give assertions an issuer of their own`,
        )
  },

  ({ keys }, _around, report) => {
    const written = keys.map((key) => JSON.stringify(key))
    for (const [at, key] of keys.entries()) {
      if (written.indexOf(written[at] as string) < at)
        report(`assertion.keys[${at}]`, "is in the list already. Remove one of the two")
      if ("env" in key) checkEnvironmentSecret(key, signingKeysFormat, `assertion.keys[${at}]`, report)
    }
  },

  /** A context key has one meaning. */
  (_block, { context, edge }, report) => {
    for (const [block, keys] of Object.entries({ context, "edge.headers": edge?.headers ?? {} }))
      if (Object.hasOwn(keys, "assertion"))
        report(`${block}.assertion`, "is the context key of the assertion already. Choose another key")
  },
]

/** Checks the `assertion` block, and what it demands of the others. */
export const checkAssertion: CheckAssertion = (value, around, report) => {
  if (value === undefined) return undefined
  const block = assertionBlock.check(value, "assertion", report)
  // With an edge, its check reports the problems of the secrets.
  const secretPolicy = checkSecretOptions(
    around.secrets,
    "secrets",
    around.edge === undefined ? report : () => undefined,
  )
  if (block === undefined) return undefined
  for (const rule of rules) rule(block, around, report)
  return { ...block, secretPolicy, keptSeconds: around.resultTtlSeconds }
}
