import { maxHeaderLength, unprintable } from "../../edge/values/characters.ts"
import { isObject } from "../../shared/is-object.ts"
import { type Refusal, refusal } from "../../types/reasons.ts"
import { ownMember } from "../own-member.ts"
import { onlyHeader, receivedHeaders } from "../received-header.ts"
import { type Fields, readFields } from "./header-fields.ts"

/** Who VPC Lattice says that the caller is. Frozen. */
export interface LatticeCaller {
  /** Present if an auth policy is used, and the request was signed. */
  readonly type?: "AWS_IAM"
  /** The ARN of the authenticated principal. */
  readonly principal?: string
  /** The organization of the principal. */
  readonly organizationId?: string
  /** The session of an assumed role. */
  readonly sessionName?: string
  /** The VPC from which the request came, if Lattice knows it. */
  readonly sourceVpcArn?: string
  readonly serviceArn: string
  readonly serviceNetworkArn?: string
  readonly targetGroupArn?: string
  /** The certificate of IAM Roles Anywhere. */
  readonly x509?: LatticeCertificate
}

/** What a certificate of IAM Roles Anywhere says. Its holder may have chosen these texts. */
export interface LatticeCertificate {
  readonly issuerOu?: string
  readonly sanDns?: string
  readonly sanNameCn?: string
  readonly sanUri?: string
  readonly subjectCn?: string
}

const evidenceMissing = refusal("edge_evidence_missing")
const malformed = refusal("edge_header_malformed")
const duplicate = refusal("edge_header_duplicate")

/** Names of fields: in headers, and in the identity of an event. */
type FieldNames = { readonly [name in Exclude<keyof LatticeCaller, "x509"> | keyof LatticeCertificate]: string }

const headerNames: FieldNames = {
  ...{ type: "Type", principal: "Principal", organizationId: "PrincipalOrgID", sessionName: "SessionName" },
  ...{ sourceVpcArn: "SourceVpcArn", serviceArn: "ServiceArn", serviceNetworkArn: "ServiceNetworkArn" },
  ...{ targetGroupArn: "TargetGroupArn", issuerOu: "X509Issuer/OU", sanDns: "X509SAN/DNS" },
  ...{ sanNameCn: "X509SAN/NameCN", sanUri: "X509SAN/URI", subjectCn: "X509Subject/CN" },
}
const eventNames: FieldNames = {
  ...{ type: "type", principal: "principal", organizationId: "principalOrgID", sessionName: "sessionName" },
  ...{ sourceVpcArn: "sourceVpcArn", serviceArn: "serviceArn", serviceNetworkArn: "serviceNetworkArn" },
  ...{ targetGroupArn: "targetGroupArn", issuerOu: "x509IssuerOu", sanDns: "x509SanDns" },
  ...{ sanNameCn: "x509SanNameCn", sanUri: "x509SanUri", subjectCn: "x509SubjectCn" },
}

/** Reads the headers of a target that is reached over HTTP, and of version 1 of the event. */
export function callerOfHeaders(received: unknown): LatticeCaller | Refusal {
  const headers = receivedHeaders(received)
  if ("refused" in headers) return headers
  const read = ["identity", "network", "target"].map((name) => {
    const text = onlyHeader(headers, `x-amzn-lattice-${name}`, maxHeaderLength)
    return typeof text === "string" && text !== "" ? readFields(text) : text
  })
  const refused = read.find((one) => typeof one === "object" && "refused" in one)
  if (refused !== undefined) return refused as Refusal
  const [identity, network, target] = read.map((one): Fields => (one instanceof Map ? one : new Map())) as [
    Fields,
    Fields,
    Fields,
  ]
  if (isAfterCertificate(identity)) return malformed
  return callerOf({ identity, network, target }, headerNames)
}

const { organizationId, sessionName } = headerNames

/**
 * Whether a field of the caller comes after a text of the certificate: its holder may have put it there, after a
 * semicolon. AWS documents that semicolons are escaped for another header only. A principal is always there, so another
 * one would be there twice.
 */
function isAfterCertificate(identity: Fields): boolean {
  const names = [...identity.keys()]
  const at = names.findIndex((name) => /^X509/i.test(name))
  return at >= 0 && names.slice(at).some((name) => name === organizationId || name === sessionName)
}

/** Reads version 2.0 of the event of a Lambda target. */
export function callerOfEvent(event: { readonly [name: string]: unknown }): LatticeCaller | Refusal {
  const context = ownMember(event, "requestContext")
  if (ownMember(event, "version") !== "2.0" || !isObject(context)) return evidenceMissing
  const identity = membersOf(ownMember(context, "identity") ?? {})
  const target = membersOf(context)
  if (identity === undefined || target === undefined) return malformed
  if ("refused" in identity) return identity
  if ("refused" in target) return target
  return callerOf({ identity, network: identity, target }, eventNames)
}

/** The own members that are read, as fields. Any other form of one of them is no event of Lattice. */
function membersOf(object: unknown): Fields | Refusal | undefined {
  if (!isObject(object)) return undefined
  const fields = new Map<string, string>()
  const known = new Map(Object.values(eventNames).map((name) => [name.toLowerCase(), name]))
  for (const [name, value] of Object.entries(object)) {
    const meant = known.get(name.toLowerCase())
    if (meant === undefined || value === null || value === undefined || value === "") continue
    if (fields.has(meant)) return duplicate
    if (typeof value !== "string" || value.length > maxHeaderLength) return malformed
    if (unprintable(value, false) !== undefined) return malformed
    fields.set(meant, value)
  }
  return fields
}

interface Sources {
  readonly identity: Fields
  readonly network: Fields
  readonly target: Fields
}

function callerOf({ identity, network, target }: Sources, names: FieldNames): LatticeCaller | Refusal {
  const serviceArn = target.get(names.serviceArn)
  if (serviceArn === undefined) return evidenceMissing
  const principal = identity.get(names.principal)
  // The documentation lists no type among the fields of the header: there the principal shows it.
  const type = identity.get(names.type) ?? (names === headerNames && principal !== undefined ? "AWS_IAM" : undefined)
  if (type !== undefined && type !== "AWS_IAM") return malformed
  const x509 = present<LatticeCertificate>(identity, names, ["issuerOu", "sanDns", "sanNameCn", "sanUri", "subjectCn"])
  return Object.freeze({
    ...(type && { type }),
    ...present<LatticeCaller>(identity, names, ["principal", "organizationId", "sessionName"]),
    ...present<LatticeCaller>(network, names, ["sourceVpcArn"]),
    serviceArn,
    ...present<LatticeCaller>(target, names, ["serviceNetworkArn", "targetGroupArn"]),
    ...(Object.keys(x509).length > 0 && { x509: Object.freeze(x509) }),
  })
}

function present<T>(fields: Fields, names: FieldNames, wanted: readonly (keyof T & keyof FieldNames)[]): Partial<T> {
  const entries = wanted.map((name) => [name, fields.get(names[name])] as const)
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Partial<T>
}
