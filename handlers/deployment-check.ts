import { checkDeployment, type DeploymentReport, deployedConfiguration } from "../src/deployment.ts"
import type { AuthorizerConfig, KeySnapshot } from "../src/index.ts"
import recordedEvents from "./recorded-events.ts"
import { loadFromEnvironment } from "./start.ts"

/**
 * What this version says about itself, with the configuration, the role and the network that its requests will have.
 */
export function reportOf(
  bundled: AuthorizerConfig | undefined,
  keySnapshot: KeySnapshot | undefined,
): Promise<DeploymentReport> {
  const parts = { ...(keySnapshot && { keySnapshot }) }
  return checkDeployment(
    (observer) => loadFromEnvironment(process.env, bundled, { ...parts, observer }),
    recordedEvents,
    () => deployedConfiguration(process.env, bundled),
  )
}
