import { checkDeployment, type DeploymentReport } from "../src/deployment.ts"
import { type AuthorizerConfig, type KeySnapshot, parseStrictJson } from "../src/index.ts"
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
    () => {
      // The simple variables say nothing of keys and secrets, of which this is asked.
      const text = process.env.HALLPASS_CONFIG
      return text ? (parseStrictJson(text, "HALLPASS_CONFIG") as AuthorizerConfig) : bundled
    },
  )
}
