/**
 * What a configuration allows, without a token: policies, conflicts, comparisons, access matrices, the settings of API
 * Gateway, and ARNs. Start with `compilePolicy`.
 *
 * @module hallpass/policy
 */
export type { PolicyDocument, PolicyStatement } from "./answer/policy-document.ts"
export {
  type CompiledPolicy,
  type CompiledRoute,
  compilePolicy,
  type PolicyConfig,
  type PolicySizes,
} from "./authorizer/compile-policy.ts"
export { attachmentProblems } from "./comparison/attached-apis.ts"
export { comparePolicies, type PolicyChange, type SideVerdict } from "./comparison/compare.ts"
export { compareApi } from "./comparison/compare-api.ts"
export { claimedId } from "./comparison/identity.ts"
export {
  type AccessMatrix,
  accessMatrix,
  type MatrixCaller,
  type MatrixCell,
} from "./comparison/matrix.ts"
export { callersOfCases } from "./comparison/run-cases.ts"
export { compareSettings, type SettingChange } from "./comparison/settings.ts"
export { type ApiSettings, type GatewaySettings, gatewaySettings } from "./configuration/gateway-settings.ts"
export { configurationWarnings } from "./configuration/warnings.ts"
export type { FunctionDiagnosis, FunctionSettings } from "./diagnosis/deployed-function.ts"
export { type Diagnosis, type DiagnosisOptions, diagnose } from "./diagnosis/diagnose.ts"
export type { EdgeDiagnosis } from "./diagnosis/edge.ts"
export type { DiagnosisFinding, DiagnosisGrade, IssuerDiagnosis } from "./diagnosis/finding.ts"
export type { TokenDiagnosis } from "./diagnosis/token.ts"
export { formatExecuteApiArn, parseExecuteApiArn } from "./event/arn.ts"
export { type AnswerName, type AnswerTable, answerTableHash, readAnswerName } from "./policy/answer-name.ts"
export type { Exposure } from "./policy/exposure.ts"
export type { Conflict } from "./policy/overlap.ts"
export type { AuthorizerConfig, RouteRule } from "./types/configuration.ts"
export { ConfigurationError, type ConfigurationProblem } from "./types/errors.ts"
export type { Principal } from "./types/principal.ts"
export type { ExecuteApiArn } from "./types/request.ts"
