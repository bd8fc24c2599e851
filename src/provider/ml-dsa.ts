import type { Report } from "../problems/option-checks.ts"
import { nodeCrypto } from "../shared/node-crypto.ts"
import type { IssuerProfile } from "./profile.ts"

/** Reports ML-DSA where this Node.js does not verify it. It does since 24.6, with OpenSSL 3.5. */
export function checkMlDsa({ algorithms }: IssuerProfile, path: string, report: Report): void {
  const listed = algorithms.find(({ keyType }) => keyType === "AKP")
  if (listed === undefined || canVerify()) return
  report(`${path}.algorithms`, "algorithm_of_node", listed.name, process.version)
}

function canVerify(): boolean {
  const pub = "A".repeat(1750) // any 1312 octets are a key of ML-DSA-44
  try {
    nodeCrypto.createPublicKey({ key: { kty: "AKP", alg: "ML-DSA-44", pub }, format: "jwk" })
    return true
  } catch {
    return false
  }
}
