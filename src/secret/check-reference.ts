import { knownKeys, object, type Report, text } from "../problems/option-checks.ts"
import type { SecretReference, SigningKeyReference } from "../types/secret-options.ts"
import { SecretFailure } from "./failure.ts"
import type { SecretFormat } from "./format.ts"

type Environment = { readonly [name: string]: string | undefined }

/** Where something can be, by the name of the place. */
export interface Places {
  readonly [place: string]: { readonly pattern: RegExp; readonly remedy: string }
}

/** What AWS allows in each name; the remedy says it in words. */
export const secretPlaces: Places = {
  env: {
    pattern: /^[A-Za-z_][A-Za-z0-9_]{0,255}$/,
    remedy: "must be the name of an environment variable, for example ORIGIN_SECRETS",
  },
  secretsManager: {
    pattern: /^(?:arn:[\w-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:)?[\w/+=.@-]{1,512}$/,
    remedy: "must be the name or the ARN of a secret, for example edge/hmac",
  },
  ssm: {
    pattern: /^(?:arn:[\w-]+:ssm:[a-z0-9-]+:\d{12}:parameter)?[\w./-]{1,1011}(?::[\w.-]{1,100})?$/,
    remedy: "must be the name or the ARN of a parameter, for example /edge/hmac, or /edge/hmac:3 for one version",
  },
}

/** The places of a key that signs. */
export const signingKeyPlaces: Places = {
  ...secretPlaces,
  kms: {
    pattern:
      /^(?:arn:[\w-]+:kms:[a-z0-9-]+:\d{12}:key\/)?(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/,
    remedy:
      "must be the id or the ARN of a key of AWS KMS. An alias can move to a key that is not published yet, so name the key itself",
  },
}

/** A reference to a secret. */
export function checkSecretReference(value: unknown, path: string, report: Report): SecretReference | undefined {
  return reference(value, path, report, secretPlaces, howToRefer) as SecretReference | undefined
}

/** A reference to a key that signs. */
export function checkSigningKey(value: unknown, path: string, report: Report): SigningKeyReference | undefined {
  const how = howToRefer.replace(" or {", ", {").replace(";", ' or { kms: "id or ARN of the key" };')
  return reference(value, path, report, signingKeyPlaces, how) as SigningKeyReference | undefined
}

/** No message holds the value of a place: it may be the secret itself, put in the wrong place. */
function reference(value: unknown, path: string, report: Report, places: Places, how: string): object | undefined {
  const raw = object(value, path, report)
  if (raw === undefined) return undefined
  knownKeys(raw, Object.keys(places), path, report)
  const [found, ...more] = Object.entries(places).filter(([name]) => Object.hasOwn(raw, name))
  if (found === undefined || more.length > 0) {
    report(path, `must name exactly one place: ${how}`)
    return undefined
  }
  const [kind, { pattern, remedy }] = found
  const name = text(raw[kind], `${path}.${kind}`, report)
  if (name === undefined) return undefined
  if (pattern.test(name)) return { [kind]: name }
  report(`${path}.${kind}`, remedy)
  return undefined
}

const howToRefer =
  '{ env: "NAME" }, { secretsManager: "name or ARN" } or { ssm: "name" }; never write the value itself here'

/**
 * Reads what an `env` reference names, so that a missing or weak value is refused at start. Other references are left
 * alone. Only for an authorizer that starts: a command that compiles or exports a configuration lacks its environment.
 */
export function checkEnvironmentSecret(
  reference: SecretReference | SigningKeyReference,
  format: SecretFormat<unknown>,
  path: string,
  report: Report,
  environment: Environment = process.env,
): void {
  if (!("env" in reference)) return
  const value = environment[reference.env]
  if (value === undefined || value === "") {
    report(`${path}.env`, "names an environment variable that is not set. Set it, or correct the name")
    return
  }
  try {
    format.parse({ current: value })
  } catch (failure) {
    if (!(failure instanceof SecretFailure)) throw failure
    report(`${path}.env`, `names an environment variable with a ${failure.kind} value: it ${format.expected}`)
  }
}
