import type { IssuerProfile } from "../provider/profile.ts"
import { type InlineKeys, keyAddress } from "./inline-keys.ts"

/** Where keys come from, and the cluster that Envoy fetches them through. */
export interface EnvoyKeys {
  readonly source: object
  readonly cluster?: object
}

/** @throws Unsupported for keys by discovery, which Envoy does not do */
export function envoyKeys(profile: Pick<IssuerProfile, "keyPlace" | "name">, inline: InlineKeys): EnvoyKeys {
  const inline_string = inline(profile)
  if (inline_string !== undefined) return { source: { local_jwks: { inline_string } } }
  const uri = keyAddress(profile, "Envoy")
  const { hostname, port, protocol, host } = new URL(uri)
  const isTls = protocol === "https:"
  const name = `hallpass-keys-${host}`
  const http_uri = { uri, cluster: name, timeout: "5s" }
  const address = hostname.replace(/^\[|\]$/g, "")
  const socket_address = { address, port_value: Number(port) || (isTls ? 443 : 80) }
  return {
    source: { remote_jwks: { http_uri, cache_duration: "300s", async_fetch: {} } },
    cluster: {
      name,
      type: "LOGICAL_DNS",
      connect_timeout: "5s",
      load_assignment: {
        cluster_name: name,
        endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address } } }] }],
      },
      ...(isTls && { transport_socket: tlsTo(address) }),
    },
  }
}

/** Without a validation context Envoy would accept every certificate. */
function tlsTo(host: string): object {
  return {
    name: "envoy.transport_sockets.tls",
    typed_config: {
      "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
      sni: host,
      common_tls_context: {
        validation_context: {
          trusted_ca: { filename: "/etc/ssl/certs/ca-certificates.crt" },
          match_typed_subject_alt_names: [{ san_type: "DNS", matcher: { exact: host } }],
        },
      },
    },
  }
}
