export type { AuthorizerAnswer, PolicyAnswer, SimpleAnswer } from "./answer/answer.ts"
export type { AuthorizerContext } from "./answer/context.ts"
export type { PolicyDocument, PolicyStatement } from "./answer/policy.ts"
export type { Authorizer } from "./authorizer/authorizer.ts"
export { createAuthorizer } from "./authorizer/create.ts"
export { configFromEnvironment } from "./authorizer/environment.ts"
export { loadAuthorizer } from "./authorizer/load.ts"
export type { AuthorizerParts, CustomCheck, ExistingAuthorizer } from "./authorizer/parts.ts"
export { SnapshotFailed, takeKeySnapshot } from "./authorizer/take-snapshot.ts"
export type { FetchedDocument, FetchKeySet, FetchLimits } from "./keys/document.ts"
export type {
  Auth0Issuer,
  AuthorizerConfig,
  CacheOptions,
  ClaimDemand,
  ClaimPath,
  ClaimValue,
  CognitoIssuer,
  CredentialOptions,
  Demand,
  EntraIssuer,
  GatewayOptions,
  IssuerConfig,
  IssuerOptions,
  ObserveOptions,
  ObservingOptions,
  OidcIssuer,
  OktaIssuer,
  RouteRule,
  VerifierConfig,
} from "./shared/configuration.ts"
export type { Decision, DecisionRecord, TraceEntry } from "./shared/decision.ts"
export { ConfigurationError, type ConfigurationProblem, Unavailable } from "./shared/errors.ts"
export type { KeyOptions } from "./shared/key-options.ts"
export type { KeySnapshot } from "./shared/key-snapshot.ts"
export type { KeyEventRecord, KeyFetchRecord, KeySetRecord, Observer } from "./shared/observer.ts"
export type { Claims, Principal, PrincipalKind, ProviderName } from "./shared/principal.ts"
export type { ForbiddenCode, Outcome, ReasonCode, UnauthenticatedCode, UnavailableCode } from "./shared/reasons.ts"
export type { AccessRequest, EventKind, ExecuteApiArn } from "./shared/request.ts"
export { TokenRefused } from "./shared/token-refused.ts"
