/**
 * The whole authorizer: a configuration in, a Lambda handler out.
 * Start with `createAuthorizer`, or with `loadFromEnvironment` in a deployed function.
 *
 * @module hallpass
 */
export type { AuthorizerAnswer, PolicyAnswer, SimpleAnswer } from "./answer/answer.ts"
export type { AuthorizerContext } from "./answer/context.ts"
export type { PolicyDocument, PolicyStatement } from "./answer/policy-document.ts"
export type { Authorizer } from "./authorizer/authorizer.ts"
export { createAuthorizer } from "./authorizer/create.ts"
export { loadAuthorizer, loadFromEnvironment } from "./authorizer/load.ts"
export type { AuthorizerParts, CustomCheck, ExistingAuthorizer } from "./authorizer/parts.ts"
export { SnapshotFailed, takeKeySnapshot } from "./authorizer/take-snapshot.ts"
export { configFromEnvironment } from "./configuration/config-from-environment.ts"
export { parseStrictJson } from "./configuration/strict-json.ts"
export type { FetchedDocument, FetchKeySet, FetchLimits } from "./keys/document.ts"
export type { AssertionClaim, AssertionOptions } from "./types/assertion-options.ts"
export type {
  AdfsIssuer,
  Auth0Issuer,
  AuthorizerConfig,
  CacheOptions,
  ClaimDemand,
  ClaimPath,
  ClaimValue,
  CognitoIssuer,
  CredentialOptions,
  Demand,
  EntraB2cIssuer,
  EntraExternalIdIssuer,
  EntraIssuer,
  GatewayOptions,
  IssuerConfig,
  IssuerOptions,
  ObserveOptions,
  OidcIssuer,
  OktaIssuer,
  RouteRule,
  ShadowOptions,
  VerifierConfig,
  Wso2Issuer,
} from "./types/configuration.ts"
export type { Decision, DecisionRecord, MissingDemands, StageName, TraceEntry } from "./types/decision.ts"
export { ConfigurationError, type ConfigurationProblem, Unavailable } from "./types/errors.ts"
export type { KeyOptions } from "./types/key-options.ts"
export type { KeySnapshot } from "./types/key-snapshot.ts"
export type { KeyEventRecord, KeyFetchRecord, KeySetRecord, Observer } from "./types/observer.ts"
export type { Claims, Principal, PrincipalKind, ProviderName } from "./types/principal.ts"
export type { ForbiddenCode, Outcome, ReasonCode, UnauthenticatedCode, UnavailableCode } from "./types/reasons.ts"
export type { AccessRequest, EventKind, ExecuteApiArn, RequestKind } from "./types/request.ts"
export { TokenRefused } from "./types/token-refused.ts"
