import { X509Certificate } from "node:crypto"

/** A client certificate as API Gateway describes it to an authorizer. */
export function certificateFields(pem: string): { readonly [field: string]: unknown } {
  const { subject, issuer, serialNumber, validFrom, validTo } = new X509Certificate(pem)
  const name = (text: string): string => text.split("\n").reverse().join(",")
  return {
    clientCertPem: pem,
    subjectDN: name(subject),
    issuerDN: name(issuer),
    serialNumber: (serialNumber.toLowerCase().match(/../g) ?? []).join(":"),
    validity: { notBefore: validFrom, notAfter: validTo },
  }
}
