// njs module for nginx: signs requests to API Gateway as edge-v1 says.
//
// Whatever fails leaves $edge_signature empty, and nginx.conf refuses the request then.

// biome-ignore lint/style/useNodejsImportProtocol: njs knows this name only
import crypto from "crypto"

// Variables of nginx.conf by the header that they are sent in. The names must be exactly those of `edge.headers` in the
// configuration of hallpass, no more and no fewer.
const signed = {
  "x-edge-groups": "edge_groups",
  "x-edge-user": "edge_user",
}

// The value of the signature header, or nothing when the request cannot be signed.
function signature(r) {
  const keyId = r.variables.edge_key_id
  const key = r.variables.edge_key
  const path = r.variables.request_uri.split("?")[0]
  const host = r.variables.edge_host
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(keyId) || !/^(?:[0-9A-Fa-f]{2}){32,128}$/.test(key)) {
    r.error("edge-v1: key.conf has no usable key")
    return ""
  }
  if (!/^\/[!-~]*$/.test(path) || !/^[!-~]+$/.test(host)) return ""

  const fields = Object.keys(signed)
    .sort()
    .map((name) => `${name}:${r.variables[signed[name]].replace(/^ +| +$/g, "")}`)
  // Not repaired: leaving characters out could turn one name into another.
  if (!fields.every((field) => /^[ -~]*$/.test(field))) {
    r.error("edge-v1: a variable holds more than printable ASCII")
    return ""
  }
  const now = Math.floor(Date.now() / 1000)
  const lines = ["edge-v1", keyId, now, r.method.toUpperCase(), host.toLowerCase(), path].concat(fields)
  const mac = crypto.createHmac("sha256", Buffer.from(key, "hex")).update(lines.join("\n")).digest("base64")
  return `v=1; kid=${keyId}; ts=${now}; sig=${mac}`
}

export default { signature }
