/**
 * The check of a new version before it takes traffic: what the version reports, and the custom resource that asks it.
 *
 * @module hallpass/deployment
 */

export type { CheckedVersionParts } from "./deployment/attempts.ts"
export { checkDeployment, type DeploymentProblem, type DeploymentReport } from "./deployment/check-deployment.ts"
export { deployedConfiguration } from "./deployment/deployed-configuration.ts"
export { publishCheckedVersion } from "./deployment/publish-checked-version.ts"
