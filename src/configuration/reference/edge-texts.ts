import type { OptionText } from "./option-text.ts"

/** What the options of the `edge` block mean. */
export const edgeTexts: { readonly [path: string]: OptionText } = {
  "edge.role":
    '`"identity"`: the edge\'s user is the principal, and `issuers` may be empty. `"attributes"`: headers add to a verified ' +
    "token of the same subject.",
  "edge.headers": "Context key to header; `user` is mandatory. See [headers](edge.md#headers).",
  "edge.evidence":
    "What proves that the edge wrote the headers. Any one entry is enough, and everything inside an entry must hold. See " +
    "[evidence](edge.md#evidence).",
  "edge.subjectClaim": "Role `attributes`: the claim that the user header must equal, exactly.",
  "edge.headers[].name": "The name of the header, in any case.",
  "edge.headers[].format":
    "`text`: printable ASCII. `apm-list`: BIG-IP's `| a | b |` with its `0x` hex. `csv`: commas and double quotes. " +
    "`base64url`: of UTF-8 text, for lists of a JSON list. `certificate`: base64 DER, percent-encoded PEM, or PEM with blanks " +
    "for line breaks. `xfcc`: Envoy's `x-forwarded-client-cert`.",
  "edge.headers[].dn": {
    text:
      "Lists only. `dn`: whole distinguished names. `cn`: the common name; `CN=Admins,OU=Contractors` and `CN=Admins,OU=Corp` " +
      "become equal. `raw`: the text as it is.",
    default: "`dn` for `apm-list`, else `raw`",
  },
  "edge.headers[].optional": "Whether a request may lack the header, or have it empty; never the user.",
  "edge.headers[].field": {
    text: "The part of the certificate that is the value.",
    default: "required for `certificate` and `xfcc`",
  },
  "edge.evidence[].jws": "The edge minted a token for this user a moment ago.",
  "edge.evidence[].jws.header": "The header with the bare token.",
  "edge.evidence[].jws.issuer":
    "The edge as an issuer, with all options of [providers.md](providers.md). Inline keys (`jwks`) need no network.",
  "edge.evidence[].jws.claims": {
    text: "Context key to claim path.",
    default: "`user` from `sub`, every other key from the claim of its name",
  },
  "edge.evidence[].jws.windowSeconds": "How far away `exp` may be.",
  "edge.evidence[].hmac": "The edge sent this method, host, path and these headers a moment ago. Needs TTL 0.",
  "edge.evidence[].hmac.header": "The header with the signature.",
  "edge.evidence[].hmac.keys":
    "A [reference](edge.md#secrets) to a JSON object of key id to key in hex, 32 random bytes or more; a key with a pattern, a text " +
    "or a published key is refused.",
  "edge.evidence[].hmac.windowSeconds": "How old a signature may be. It may be at most 5 seconds in the future.",
  "edge.evidence[].mtls":
    "The client certificate that API Gateway saw. Goes together with `secret`, or is added to `jws` or `hmac`.",
  "edge.evidence[].mtls.spkiSha256": "SHA-256 of the public key (SubjectPublicKeyInfo), in base64 or hex.",
  "edge.evidence[].mtls.issuerSerial":
    'Issuer and serial number: `[{ "issuer": "CN=Edge CA,O=Acme", "serial": "1a:2b" }]`.',
  "edge.evidence[].mtls.issuerSerial[].issuer": "The issuer as RFC 4514 writes it, the most specific part first.",
  "edge.evidence[].mtls.issuerSerial[].serial": "The serial number in hex.",
  "edge.evidence[].mtls.san":
    "Names with their type, compared whole: `DNS:bigip.example.com`, `URI:spiffe://example.com/bigip`, `email:…`.",
  "edge.evidence[].secret": "A value that only the edge and the function know, compared in constant time.",
  "edge.evidence[].secret.header": "The header with the value.",
  "edge.evidence[].secret.values": "A [reference](edge.md#secrets) to one text, or a JSON list of texts.",
  "edge.evidence[].vpceIds": "Endpoint ids of a private REST API. Also deny other endpoints in the resource policy.",
  "edge.evidence[].cidrs": "Ranges of source addresses, of the immediate TCP peer. An addition, never enough.",
}
