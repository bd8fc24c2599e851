import { isObject } from "../../shared/is-object.ts"
import { Unavailable } from "../../types/errors.ts"
import { type Refusal, refusal } from "../../types/reasons.ts"
import { TokenRefused } from "../../types/token-refused.ts"
import type { HeaderMap, HeaderPairs, ReceivedRequest } from "../received-header.ts"
import { callerOfEvent, callerOfHeaders, type LatticeCaller } from "./lattice-caller.ts"
import { checkLatticeOptions, type LatticeOptions } from "./lattice-options.ts"

/** The event of a Lambda target, version 2.0. What it says of the caller is in `requestContext`. */
export interface LatticeEvent {
  readonly version?: string
  readonly requestContext: object
}

export interface LatticeVerifier {
  /**
   * Verifies what VPC Lattice says of the caller.
   *
   * @param received the event of a Lambda target; or a request of node:http, Express or the Fetch standard, or its
   *   headers
   * @throws TokenRefused (rejects) if nothing is said, or something else; `code` is a row of the reason table
   */
  verify(received: LatticeEvent | ReceivedRequest | HeaderMap | HeaderPairs): Promise<LatticeCaller>
}

const evidenceMissing = refusal("edge_evidence_missing")
const networkRefused = refusal("edge_network_refused")
const claimRequired = refusal("claim_required")
const tenantRefused = refusal("tenant_not_allowed")

/**
 * Creates a verifier for a target of VPC Lattice: a Lambda function, or a server that Lattice reaches over HTTP. Lattice
 * takes its headers off every request that comes in, so they are evidence if only Lattice can reach the target.
 * Everything is compared whole.
 *
 * @param options the services, and at least one demand on who calls
 * @throws ConfigurationError with every problem at once
 * @see https://docs.aws.amazon.com/vpc-lattice/latest/ug/http-targets.html
 * @example
 * ```ts
 * import { createLatticeVerifier } from "hallpass/aws"
 *
 * const account = "123456789012"
 * const service = `arn:aws:vpc-lattice:eu-west-1:${account}:service/svc-0a40eebed65f8d69c`
 * const verifier = createLatticeVerifier({ services: [service], roles: [`arn:aws:iam::${account}:role/orders`] })
 *
 * const principal = `arn:aws:sts::${account}:assumed-role/orders/i-0c7de02a688bde9f7`
 * const caller = await verifier.verify({
 *   "x-amzn-lattice-identity": `Principal=${principal};SessionName=i-0c7de02a688bde9f7;Type=AWS_IAM`,
 *   "x-amzn-lattice-network": `SourceVpcArn=arn:aws:ec2:eu-west-1:${account}:vpc/vpc-0b8276c84697e7339`,
 *   "x-amzn-lattice-target": `ServiceArn=${service}`,
 * })
 * console.log(caller.type, caller.sessionName) // AWS_IAM i-0c7de02a688bde9f7
 * ```
 */
export function createLatticeVerifier(options: LatticeOptions): LatticeVerifier {
  const { services, principals, roles, organizationId, sourceVpcs } = checkLatticeOptions(options)
  const needsIdentity = principals !== undefined || roles !== undefined || organizationId !== undefined

  function refused({ type, principal, ...caller }: LatticeCaller): Refusal | undefined {
    if (!services.includes(caller.serviceArn)) return evidenceMissing
    if (needsIdentity && (type !== "AWS_IAM" || principal === undefined)) return evidenceMissing
    if (sourceVpcs?.includes(caller.sourceVpcArn ?? "") === false) return networkRefused
    if (organizationId !== undefined && caller.organizationId !== organizationId) return tenantRefused
    if (principals?.includes(principal ?? "") === false) return claimRequired
    return roles?.includes(roleOf(principal ?? "") ?? "") === false ? claimRequired : undefined
  }

  function verified(received: unknown): LatticeCaller | Refusal {
    // What is an event is never read as headers: a client may send those.
    const isEvent = isObject(received) && Object.hasOwn(received, "requestContext")
    const caller = isEvent ? callerOfEvent(received) : callerOfHeaders(received)
    return "refused" in caller ? caller : (refused(caller) ?? caller)
  }

  return {
    async verify(received) {
      let result: LatticeCaller | Refusal
      try {
        result = verified(received)
      } catch {
        throw new Unavailable("internal") // the error itself goes to no caller, because it may hold anything (SR-163)
      }
      if ("refused" in result) throw new TokenRefused(result.code)
      return result
    },
  }
}

const assumedForm = /^(arn:[a-z-]+):(?:sts|iam)::(\d{12}):assumed-role\/([\w+=,.@-]{1,64})\/[\w+=,.@-]{1,64}$/

/** The role of a session. The names of roles are unique in an account, whatever their path. */
function roleOf(principal: string): string | undefined {
  const [, partition, account, name] = assumedForm.exec(principal) ?? []
  return partition && `${partition}:iam::${account}:role/${name}`
}
