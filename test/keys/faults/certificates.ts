import type { Certificates } from "../../support/key-server-certificates.ts"
import { type Fault, failure, well } from "./fault.ts"

/** Servers whose TLS proves nothing. They would answer with the good set. */
export function certificateFaults(certificates: Certificates): readonly Fault[] {
  const untrusted = (name: string, does: string, tls: NonNullable<Fault["tls"]>): Fault =>
    failure(name, does, "network", well.respond, { tls })
  return [
    untrusted("certificate-other-authority", "a certificate of another authority", certificates.otherAuthority),
    untrusted("certificate-self-signed", "a certificate that signed itself", certificates.selfSigned),
    untrusted("certificate-expired", "a certificate that has expired", certificates.expired),
    untrusted("certificate-not-yet-valid", "a certificate that is not valid yet", certificates.notYetValid),
    untrusted("certificate-other-host", "a certificate of another host", certificates.otherHost),
    untrusted(
      "certificate-common-name",
      "a certificate that names the host as its common name only",
      certificates.commonNameOnly,
    ),
    untrusted("certificate-of-a-leaf", "a certificate issued by one that is no authority", certificates.issuedByLeaf),
    untrusted("client-certificate", "demands a certificate of the client", {
      requestCert: true,
      rejectUnauthorized: true,
    }),
    untrusted("tls-1-1", "knows no version of TLS above 1.1", {
      minVersion: "TLSv1",
      maxVersion: "TLSv1.1",
      ciphers: "DEFAULT@SECLEVEL=0",
    }),
  ]
}
