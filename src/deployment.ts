/**
 * The check of a new version before it takes traffic: what the version reports, and the custom resource that asks it.
 *
 * @module hallpass/deployment
 */
export { checkDeployment, type DeploymentProblem, type DeploymentReport } from "./deployment/check-deployment.ts"
export { type CheckedVersionParts, publishCheckedVersion } from "./deployment/publish-checked-version.ts"
