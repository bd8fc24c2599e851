import type { AuthorizerConfig } from "../types/configuration.ts"
import type { ExportFinding } from "./exported.ts"

/**
 * The finding about a rule for `$connect`: a handshake is a GET request of its path for a mesh or a proxy.
 *
 * @param consequence what becomes of the rule, as a sentence without its full stop
 */
export function connectFindings(routes: AuthorizerConfig["routes"], consequence: string): readonly ExportFinding[] {
  if (routes === undefined || !Object.hasOwn(routes, "$connect")) return []
  const message = `is a route of WebSocket APIs. ${consequence}`
  const remedy = "Write the path of the handshake as a GET route"
  return [{ severity: "error", path: 'routes["$connect"]', message, remedy }]
}

/** The consequence if the neighbour asks the service. */
export const serviceRefuses = "The service refuses handshakes of its path"
