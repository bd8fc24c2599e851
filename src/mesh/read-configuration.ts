import { allChecks } from "../configuration/all-checks.ts"
import { type CheckedConfiguration, checkConfiguration } from "../configuration/check-configuration.ts"
import { withoutGateway } from "../configuration/without-gateway.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"

/**
 * Checks a configuration as the service does.
 *
 * @throws ConfigurationError with every problem at once
 */
export function readConfiguration(config: AuthorizerConfig): CheckedConfiguration {
  const own = withoutGateway(config, "exported rules decide. Remove the block before the export")
  return checkConfiguration(own, allChecks)
}
