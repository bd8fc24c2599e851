import { knownKeys, object, type Report, text } from "../problems/option-checks.ts"
import type { SecretReference } from "../types/secret-options.ts"
import { SecretFailure } from "./failure.ts"
import type { SecretFormat } from "./format.ts"

type Environment = { readonly [name: string]: string | undefined }

/** What AWS allows in each name; the remedy says it in words. */
export const secretPlaces: {
  readonly [place in "env" | "secretsManager" | "ssm"]: { readonly pattern: RegExp; readonly remedy: string }
} = {
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

/** A reference to a secret. No message holds its value: it may be the secret itself, put in the wrong place. */
export function checkSecretReference(value: unknown, path: string, report: Report): SecretReference | undefined {
  const raw = object(value, path, report)
  if (raw === undefined) return undefined
  knownKeys(raw, Object.keys(secretPlaces), path, report)
  const [kind, ...more] = (Object.keys(secretPlaces) as (keyof typeof secretPlaces)[]).filter((name) =>
    Object.hasOwn(raw, name),
  )
  if (kind === undefined || more.length > 0) {
    report(path, `must name exactly one place: ${howToRefer}`)
    return undefined
  }
  const name = text(raw[kind], `${path}.${kind}`, report)
  if (name === undefined) return undefined
  if (secretPlaces[kind].pattern.test(name)) return { [kind]: name } as unknown as SecretReference
  report(`${path}.${kind}`, secretPlaces[kind].remedy)
  return undefined
}

const howToRefer =
  '{ env: "NAME" }, { secretsManager: "name or ARN" } or { ssm: "name" }; never write the value itself here'

/**
 * Reads what an `env` reference names, so that a missing or weak value is refused at start. Other references are left
 * alone. Only for an authorizer that starts: a command that compiles or exports a configuration lacks its environment.
 */
export function checkEnvironmentSecret(
  reference: SecretReference,
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
