import { SecretFailure, type SecretFailureKind } from "./failure.ts"

/** Names that the services and the SDK give their errors, by what they mean for us. */
const kinds: readonly (readonly [RegExp, SecretFailureKind])[] = [
  [/^(?:ResourceNotFoundException|ParameterNotFound|ParameterVersionNotFound|NotFoundException)$/, "not_found"],
  [/^(?:Throttl|TooManyRequests|RequestLimitExceeded|LimitExceeded)/, "throttled"],
  [
    /^(?:AccessDenied|NotAuthorized|UnrecognizedClient|ExpiredToken|InvalidSignature|Credentials|Decryption|InvalidKeyId|Disabled|KMSInvalidState|InvalidKeyUsage)/,
    "denied",
  ],
  [/^(?:TimeoutError|AbortError|RequestTimeout)/, "timeout"],
]

/** What the name of a service's error means. */
export function kindOf(name: string): SecretFailureKind {
  return kinds.find(([pattern]) => pattern.test(name))?.[1] ?? "service"
}

/**
 * An error of the AWS SDK as a failure. Only its name is read: message and hidden members may hold the whole response,
 * as for an answer that could not be parsed.
 */
export function failureOf(error: unknown): SecretFailure {
  if (error instanceof SecretFailure) return error
  const { name, code, $metadata } = (error ?? {}) as {
    name?: unknown
    code?: unknown
    $metadata?: { httpStatusCode?: number }
  }
  if ($metadata?.httpStatusCode === 429) return new SecretFailure("throttled")
  const kind = typeof name === "string" ? kindOf(name) : "service"
  // Node's own network errors have codes such as ECONNREFUSED and no name of their own.
  return new SecretFailure(kind === "service" && typeof code === "string" && /^E[A-Z_]+$/.test(code) ? "network" : kind)
}
