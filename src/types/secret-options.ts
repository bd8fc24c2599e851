/**
 * The place of a secret. The configuration never holds its value.
 *
 * - `env`: name of an environment variable, read at start; it changes with the next deployment
 * - `secretsManager`: name or ARN of a secret; `AWSCURRENT` and `AWSPREVIOUS` are valid at once
 * - `ssm`: name or ARN of a parameter, best a SecureString; its current version and the one before are valid at once. A
 *   name that selects a version or label (`name:3`) means that one only
 */
export type SecretReference = { readonly env: string } | { readonly secretsManager: string } | { readonly ssm: string }

/**
 * The place of a key that signs: of a private key, or of a key of AWS KMS by its id or ARN. An alias is refused, because
 * it can move to a key that is not published yet.
 */
export type SigningKeyReference = SecretReference | { readonly kms: string }

/** How secrets are fetched and how long they live. Ages are compared at each use; no timer is trusted. */
export interface SecretOptions {
  /** One deadline for a whole refresh, both versions included. Milliseconds. @default 3000, 100 to 8000 */
  readonly timeoutMs?: number
  /** Age at which the values are refreshed after answers. Seconds. @default 300, 30 to 86400 */
  readonly refreshAfterSeconds?: number
  /**
   * Age at which a request waits for the refresh (and uses the old values if it fails). Seconds.
   *
   * @default 3600, 30 to 604800
   */
  readonly waitAfterSeconds?: number
  /** Age at which values that could not be refreshed are no longer used. Seconds. @default 86400, 300 to 2592000 */
  readonly expireAfterSeconds?: number
}

/** What a secret holds at one time. */
export interface FetchedSecret {
  readonly current: string
  /** The version before, valid as well as the current one. */
  readonly previous?: string
}

/** Limits of one fetch. */
export interface SecretLimits {
  /** Time for everything. Milliseconds. */
  readonly timeoutMs: number
  /**
   * Whether caches between the function and the service must be passed by, because a request holds a key id or a secret
   * that the cached value lacks. @default false
   */
  readonly latest?: boolean
}

/**
 * Fetches one secret of Secrets Manager or Parameter Store; references to the environment never come here. A rejection
 * is a failed refresh: what it says is not kept, because such texts quote what could not be read.
 */
export type FetchSecret = (
  reference: Exclude<SecretReference, { readonly env: string }>,
  limits: SecretLimits,
) => Promise<FetchedSecret>

/** HMAC-SHA-256 keys by key id. The keys never leave it. */
export interface HmacKeys {
  has(keyId: string): boolean
  /**
   * The HMAC-SHA-256 of a text's UTF-8 bytes (RFC 2104); compare it with `timingSafeEqual`.
   *
   * @returns 32 bytes, or undefined if no key has the id
   */
  mac(keyId: string, message: string): Uint8Array | undefined
}

/** Secrets of which a caller has to know one. They are kept as digests only. */
export interface SharedSecrets {
  /** Whether the text is one of them, in a time that tells nothing about them. */
  matches(candidate: string): boolean
}

/** One attempt to fetch a secret, or a failure to sign with a key of KMS. Holds its configured name, never a value. */
export interface SecretFetchRecord {
  /** The reference, such as `secretsManager:edge/hmac`. */
  readonly secret: string
  readonly ok: boolean
  /**
   * Why it failed: `timeout`, `network`, `throttled`, `denied`, `not_found`, `service`, `client_missing`, `malformed`,
   * `weak`, `interrupted` (by a freeze of the environment).
   */
  readonly failure?: string
  /** Why the version before was left out although the current one is good: `malformed` or `weak`. */
  readonly previousFailure?: string
  /** Age of the values in use after the attempt; absent when there are none. Seconds. */
  readonly ageSeconds?: number
}

/** Something about the use of a secret that is worth counting. */
export interface SecretEventRecord {
  readonly secret: string
  /**
   * `stale_served`: aged values were used while a refresh runs or waits. `overdue_served`: the refresh failed and the
   * old values were used. `unknown_key`: a signature named a key, or a request held a shared secret, that is not there.
   * `cool_down`: … and no refresh was due.
   */
  readonly event: "stale_served" | "overdue_served" | "unknown_key" | "cool_down"
  /** Age of the values in use. Seconds. */
  readonly ageSeconds?: number
}

/** Receives events of secrets. Every method is optional. */
export interface SecretObserver {
  secretFetch?(record: SecretFetchRecord): void
  secretEvent?(record: SecretEventRecord): void
}
