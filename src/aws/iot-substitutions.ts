import { mutableNames } from "../configuration/rules-of-routes.ts"
import { claimPath, type Option, option } from "../problems/declaration.ts"
import { object } from "../problems/option-checks.ts"
import { claimAt } from "../shared/claim.ts"
import { nodeCrypto } from "../shared/node-crypto.ts"
import type { ClaimPath } from "../types/configuration.ts"
import type { Principal } from "../types/principal.ts"

/** The name that is there always. */
export const ownName = "principalId"

/** A name in braces. Variables of AWS have a dollar sign before theirs. */
export const placeholder: RegExp = /(?<!\$)\{([^{}]*)\}/g

/** The names in braces. */
export function namesIn(text: string): readonly string[] {
  return [...text.matchAll(placeholder)].map(([, name = ""]) => name)
}

/** Claims that can change hands: with a new holder, the topics of the old one would change hands, too (SR-077). */
const mutable: readonly string[] = [...mutableNames, "email"]

export const substitutionPaths: Option<{ readonly [name: string]: ClaimPath }> = option(
  "substitutions",
  [],
  (value, path, report) => {
    const paths = object(value, path, report)
    for (const [name, claim] of Object.entries(paths ?? {})) {
      const place = `${path}[${JSON.stringify(name.slice(0, 100))}]`
      if (name === ownName) report(place, "is there already: the principalId of the answer. Choose another name")
      else if (!/^[A-Za-z][0-9A-Za-z]{0,63}$/.test(name))
        report(place, "must be a name of letters and digits that begins with a letter, for example device")
      claimPath.check(claim, place, report)
      const [last] = [claim].flat().slice(-1)
      if (mutable.includes(last as string))
        report(place, "is a name that can change hands. Use an identifier such as sub or oid")
    }
    return paths as { readonly [name: string]: ClaimPath } | undefined
  },
)

/**
 * A value that means itself alone in a resource: no wildcard of IAM or MQTT (`*?+#`), no level of a topic (`/`), no
 * variable (`${…}`), nothing that is no visible ASCII.
 */
const plainValue = /^[0-9A-Za-z_.:@|-]{1,128}$/

/** The `principalId` of an answer: the same for the same issuer and subject, and for no other caller. */
export function iotPrincipalId({ id }: Principal): string {
  return nodeCrypto.hash("sha256", id)
}

/** The value of a name for a caller, or undefined if there is none that is safe in a resource. */
export function substitution(
  name: string,
  principal: Principal,
  paths: { readonly [name: string]: ClaimPath },
): string | undefined {
  if (name === ownName) return iotPrincipalId(principal)
  const path = Object.hasOwn(paths, name) ? paths[name] : undefined
  const claim = path === undefined ? undefined : claimAt(principal.claims, path)
  const value = Number.isSafeInteger(claim) && (claim as number) >= 0 ? String(claim) : claim
  return typeof value === "string" && plainValue.test(value) ? value : undefined
}
