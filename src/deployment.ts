/**
 * The check of a new version before it takes traffic: what the version reports, and the custom resource that asks it.
 * Also what is found out about a configuration when it is bundled.
 *
 * @module hallpass/deployment
 */
export { compileConfiguration } from "./authorizer/compile-configuration.ts"
export type { CheckedVersionParts } from "./deployment/attempts.ts"
export { checkDeployment, type DeploymentProblem, type DeploymentReport } from "./deployment/check-deployment.ts"
export { deployedConfiguration } from "./deployment/deployed-configuration.ts"
export { publishCheckedVersion } from "./deployment/publish-checked-version.ts"
export type { CompiledConfiguration, CompiledForm } from "./types/compiled-form.ts"
