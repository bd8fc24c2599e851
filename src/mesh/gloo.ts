import { identityHeaders } from "../http/identity-headers.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"
import { connectFindings, serviceRefuses } from "./connect-findings.ts"
import { type Exported, type ExportFinding, type ExportOptions, isRefused, note } from "./exported.ts"
import { tokenSteps } from "./gloo-tokens.ts"
import { inlineKeys } from "./inline-keys.ts"
import { type KubernetesObject, metadataOf } from "./kubernetes.ts"
import { readConfiguration } from "./read-configuration.ts"
import { checkedAddress } from "./service-address.ts"

const original = ["x-original-method", "x-original-uri", "x-original-host"]

const notes: readonly ExportFinding[] = [
  note(
    "Gloo checks no rules of a route itself: it asks hallpass serve --dialect gloo",
    "Run the service with the same configuration",
  ),
  note(
    "Gloo does not pass the original request on",
    "Add the early transformation of docs/serve.md to the VirtualService: it writes x-original-method, x-original-uri and x-original-host",
  ),
  note(
    "Gloo shows the service no other spelling of an identity header, such as x_hallpass_sub",
    "Set headersWithUnderscoresAction to REJECT_CLIENT_REQUEST in the gateway's httpConnectionManagerSettings",
  ),
  note("Gloo asks within extauth.requestTimeout, 200 ms by default", "Leave failureModeAllow off"),
]

/**
 * Writes an AuthConfig whose `passThroughAuth` asks `hallpass serve --dialect gloo`. Gloo hands only named headers on,
 * so every header that the service reads and every identity header that it sets is named.
 * With `verifyTokens`, Gloo verifies the token first: `accessTokenValidation` for each issuer.
 *
 * @throws ConfigurationError with every problem of the configuration at once; TypeError for a wrong option
 * @example
 * ```ts
 * import { exportGloo } from "hallpass/mesh"
 *
 * const { documents } = exportGloo({
 *   issuers: [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }],
 * })
 * console.log(documents[0]?.kind) // AuthConfig
 * ```
 */
export function exportGloo(config: AuthorizerConfig, options: ExportOptions = {}): Exported<KubernetesObject> {
  const metadata = metadataOf(options)
  const url = checkedAddress("service", options.service ?? "http://hallpass.security.svc.cluster.local:9191")
  const checked = readConfiguration(config)
  const { credential, edge } = checked
  const tokens = options.verifyTokens === true ? tokenSteps(checked, inlineKeys(options)) : { steps: [], findings: [] }
  const findings: ExportFinding[] = [...connectFindings(config.routes, serviceRefuses), ...tokens.findings]
  if (options.selector !== undefined)
    findings.push({
      severity: "error",
      path: "",
      message: "An AuthConfig has no selector. It is left out",
      remedy: "Name the AuthConfig in the extauth options of the routes",
    })
  if (edge !== undefined)
    findings.push({
      severity: "error",
      path: "edge",
      message: "reads headers that Gloo does not pass on. The service refuses every request that needs them",
      remedy: "Add the headers of the edge and of its evidence to allowedHeaders",
    })
  findings.push(...notes)
  if (isRefused(findings, options)) return { documents: [], findings }
  const { names } = identityHeaders(config)
  const read = [credential.header?.toLowerCase(), credential.cookie === undefined ? undefined : "cookie"]
  // The service refuses a request with identity headers of its client's own, so they are passed on as well.
  const allowedHeaders = [...new Set([...read.filter((name) => name !== undefined), ...original, ...names])]
  const http = {
    url,
    connectionTimeout: "3s",
    request: { allowedHeaders },
    response: { allowedUpstreamHeadersToOverwrite: names, allowedClientHeadersOnDenied: ["www-authenticate"] },
  }
  const spec = together(tokens.steps, { passThroughAuth: { http } })
  return { documents: [{ apiVersion: "enterprise.gloo.solo.io/v1", kind: "AuthConfig", metadata, spec }], findings }
}

/** Every step must allow, but one issuer is enough. By default Gloo joins steps by "and". */
function together(tokenSteps: readonly { readonly name: string }[], rules: object): object {
  if (tokenSteps.length === 0) return { configs: [rules] }
  const anyIssuer = tokenSteps.map(({ name }) => name).join(" || ")
  return { booleanExpr: `(${anyIssuer}) && rules`, configs: [...tokenSteps, { name: "rules", ...rules }] }
}
