/**
 * The check of a new version before it takes traffic: what the version reports, and the custom resource that asks it.
 *
 * @module hallpass/deployment
 */
export { compileConfiguration } from "./authorizer/compile-configuration.ts"
export type { CompiledConfiguration } from "./authorizer/optional/compiled.ts"
export type { CompiledForm } from "./configuration/compiled-form.ts"
export type { CheckedVersionParts } from "./deployment/attempts.ts"
export { checkDeployment, type DeploymentProblem, type DeploymentReport } from "./deployment/check-deployment.ts"
export { deployedConfiguration } from "./deployment/deployed-configuration.ts"
export { publishCheckedVersion } from "./deployment/publish-checked-version.ts"
