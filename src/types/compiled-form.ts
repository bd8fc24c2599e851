/** The values of `iss` that an issuer has a word about, if no tenants are among them. */
export interface IssuerNames {
  readonly accepted: readonly string[]
  readonly lookalikes: readonly string[]
}

/**
 * What was found out about a configuration when it was bundled, so that a start does not find it out again. Plain data,
 * as in JSON.
 */
export interface CompiledForm {
  /** The configuration and the version that it belongs to: SHA-256, hex. */
  readonly of: string
  /** For each issuer what tokens call it; null: that is found out at start. */
  readonly issuers: readonly (IssuerNames | null)[]
  /** What names the table in answers, if answers are named. */
  readonly tableHash?: string
  /** What was found out about the routes; undefined if answers are not for all routes of a principal. */
  readonly table?: object
  /** What the first decisions need of that; undefined if they need all of it. */
  readonly first?: object
}

/** What a start takes of a bundle, beside the configuration. */
export interface CompiledConfiguration {
  readonly form: CompiledForm
}
