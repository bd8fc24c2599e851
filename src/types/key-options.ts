/** How key sets are fetched and how long they live. Ages are compared at each use; no timer is trusted. */
export interface KeyOptions {
  /** One deadline for name resolution, connection, headers and body. Milliseconds. @default 3000, 100 to 8000 */
  readonly timeoutMs?: number
  /** Largest key set or discovery document. Bytes. @default 524288, 1024 to 4194304 */
  readonly maxBytes?: number
  /** Least time between two refreshes that unknown key ids can force. Seconds. @default 30, 1 to 3600 */
  readonly cooldownSeconds?: number
  /**
   * Age at which a set is refreshed after answers if the issuer sends no `max-age`. Seconds.
   * @default 3600, 300 to 86400
   */
  readonly refreshAfterSeconds?: number
  /**
   * Age at which a request waits for the refresh (and uses the old set if it fails). Seconds.
   *
   * @default 7200, 300 to 604800
   */
  readonly waitAfterSeconds?: number
  /** Age at which a set that could not be refreshed is no longer used. Seconds. @default 86400, 300 to 2592000 */
  readonly expireAfterSeconds?: number
  /**
   * How long a key that vanished from the set still verifies, counted from the refresh that missed it. What an issuer
   * withdraws is honoured that much later. Seconds. @default 0, Entra 86400 because its sets flap; 0 to 172800
   */
  readonly graceSeconds?: number
  /**
   * The only certificate authorities to trust when fetching: PEM text, or the path of a PEM file, read at start.
   * @default those of the platform
   */
  readonly ca?: string
  /** Allow plain http to loopback addresses: tests and the local stack only. @default false */
  readonly allowHttpLoopback?: boolean
}
