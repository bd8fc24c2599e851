import { identityHeaders } from "../http/identity-headers.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"
import { connectFindings, serviceRefuses } from "./connect-findings.ts"
import { type Exported, type ExportFinding, type ExportOptions, isRefused, note } from "./exported.ts"
import { readConfiguration } from "./read-configuration.ts"
import { checkedAddress } from "./service-address.ts"

/** nginx asks hallpass serve, so there is no demand that it could not express. */
const notes: readonly ExportFinding[] = [
  note(
    "nginx cannot check rules itself: it asks hallpass serve --dialect nginx",
    "Run the service with the same configuration",
  ),
  note(
    "What the service cannot decide is 500 and not 503, and is logged as unexpected status",
    "Use the recipe with njs in docs/serve.md if clients need 503",
  ),
  note(
    "nginx drops headers with _ and . in their names",
    "Leave underscores_in_headers and ignore_invalid_headers as they are",
  ),
]

/**
 * Writes an `auth_request` server block that asks `hallpass serve --dialect nginx` about each request, and hands every
 * identity header on. A header without a value is empty, so that a client's own never reaches the backend.
 *
 * @throws ConfigurationError with every problem of the configuration at once; TypeError for a wrong option
 * @see https://nginx.org/en/docs/http/ngx_http_auth_request_module.html
 * @example
 * ```ts
 * import { exportNginx } from "hallpass/mesh"
 *
 * const { documents } = exportNginx({
 *   issuers: [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }],
 *   context: { email: "email" },
 * })
 * console.log(documents[0]?.includes("proxy_set_header x-hallpass-email $hallpass_email;")) // true
 * ```
 */
export function exportNginx(config: AuthorizerConfig, options: ExportOptions = {}): Exported<string> {
  const service = checkedAddress("service", options.service ?? "http://127.0.0.1:9191")
  const backend = checkedAddress("backend", options.backend ?? "http://127.0.0.1:8080")
  readConfiguration(config)
  const findings = [...connectFindings(config.routes, serviceRefuses), ...evidenceFindings(config.edge), ...notes]
  const { names } = identityHeaders(config)
  return { documents: isRefused(findings, options) ? [] : [serverBlock(names, service, backend)], findings }
}

/** What hallpass serve cannot know behind nginx, so that it refuses the request. */
const unknownFacts = ["mtls", "cidrs", "vpceIds"] as const

function evidenceFindings(edge: AuthorizerConfig["edge"]): readonly ExportFinding[] {
  return (edge?.evidence ?? []).flatMap((entry, at) =>
    unknownFacts
      .filter((fact) => entry[fact] !== undefined)
      .map((fact) => ({
        severity: "error" as const,
        path: `edge.evidence[${at}].${fact}`,
        message: "is not known behind nginx. The service refuses requests that have no other evidence",
        remedy: "Let the edge sign (hmac), mint tokens (jws) or send a shared secret",
      })),
  )
}

function serverBlock(names: readonly string[], service: string, backend: string): string {
  const variables = names.map((name) => {
    const upstream = name.replaceAll("-", "_")
    return { name, upstream, own: upstream.replace(/^x_/, "") }
  })
  const [scheme = "", host = ""] = service.split("://")
  const name = host.replace(/:\d+$/, "")
  const tls =
    scheme === "https"
      ? `        proxy_ssl_verify on;
        proxy_ssl_server_name on;
        proxy_ssl_name ${name};
        proxy_ssl_trusted_certificate /etc/ssl/certs/ca-certificates.crt;
`
      : ""
  return `upstream hallpass {
    server ${host};
    keepalive 32;
}

server {
    listen 80;

    location / {
        auth_request /hallpass;
${variables.map(({ upstream, own }) => `        auth_request_set $${own} $upstream_http_${upstream};\n`).join("")}
${variables.map(({ name, own }) => `        proxy_set_header ${name} $${own};\n`).join("")}        proxy_pass ${backend};
    }

    location = /hallpass {
        internal;
        proxy_pass ${scheme}://hallpass;
${tls}        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_set_header Host $host;
        proxy_set_header X-Original-Method $request_method;
        proxy_set_header X-Original-URI $request_uri;
        proxy_pass_request_body off;
        proxy_set_header Content-Length "";
        proxy_buffer_size 16k;
        proxy_buffers 4 16k;
    }
}
`
}
