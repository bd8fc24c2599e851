/**
 * Tokens in, principals out, without a gateway. Start with `createVerifier`.
 *
 * @module hallpass/verify
 */
export { createVerifier, type TokenVerifier } from "./authorizer/create-verifier.ts"
export type { VerifierParts } from "./authorizer/parts.ts"
export type { FetchedDocument, FetchKeySet, FetchLimits } from "./keys/document.ts"
export type { IssuerConfig, VerifierConfig } from "./types/configuration.ts"
export { ConfigurationError, type ConfigurationProblem, Unavailable } from "./types/errors.ts"
export type { KeySnapshot } from "./types/key-snapshot.ts"
export type { KeyEventRecord, KeyFetchRecord, KeySetRecord, Observer } from "./types/observer.ts"
export type { Claims, Principal, PrincipalKind, ProviderName } from "./types/principal.ts"
export type { ReasonCode } from "./types/reasons.ts"
export { TokenRefused } from "./types/token-refused.ts"
