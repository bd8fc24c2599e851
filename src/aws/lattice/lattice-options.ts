import { block, type Declaration, required } from "../../problems/declaration.ts"
import { checkOptions, exactText, oneAtLeast } from "../verifier-options.ts"

/** Which services of VPC Lattice a target belongs to, and who may call. What is set must hold, all of it. */
export interface LatticeOptions {
  /** ARNs of the services whose requests this target serves; any one of them. */
  readonly services: readonly string[]
  /** ARNs of principals; any one of them. An assumed role has its session in it: use `roles` for every session. */
  readonly principals?: readonly string[]
  /** ARNs of IAM roles, without their path; any session of any one of them. */
  readonly roles?: readonly string[]
  /** The organization of the principal, for example o-a1b2c3d4e5. */
  readonly organizationId?: string
  /** ARNs of the VPCs from which requests come; any one of them. */
  readonly sourceVpcs?: readonly string[]
}

const service = "arn:aws:vpc-lattice:eu-west-1:123456789012:service/svc-0a40eebed65f8d69c"
const principal = "arn:aws:sts::123456789012:assumed-role/orders/i-0c7de02a688bde9f7"
const role = "arn:aws:iam::123456789012:role/orders"
const vpc = "arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-0b8276c84697e7339"

const serviceForm = /^arn:aws(?:-[a-z]+)*:vpc-lattice:[a-z]{2}(?:-[a-z]+)+-\d{1,2}:\d{12}:service\/svc-[\da-f]{8,40}$/
/** Visible ASCII without the wildcards of IAM: a pattern would never be equal to anything. */
const principalForm = /^arn:aws(?:-[a-z]+)*:(?:iam|sts)::\d{12}:(?:root|[a-z-]+\/[!-)+->@-~]{1,1024})$/
const roleForm = /^arn:aws(?:-[a-z]+)*:iam::\d{12}:role\/[\w+=,.@-]{1,64}$/
const vpcForm = /^arn:aws(?:-[a-z]+)*:ec2:[a-z]{2}(?:-[a-z]+)+-\d{1,2}:\d{12}:vpc\/vpc-[\da-f]{8,40}$/

const declared: Declaration<LatticeOptions> = {
  services: required(oneAtLeast(exactText(serviceForm, "the ARN of a service", service), service), []),
  principals: oneAtLeast(exactText(principalForm, "the ARN of a principal, without wildcards", principal), principal),
  roles: oneAtLeast(exactText(roleForm, "the ARN of a role, without its path", role), role),
  organizationId: exactText(/^o-[a-z\d]{10,32}$/, "the id of an organization", "o-a1b2c3d4e5"),
  sourceVpcs: oneAtLeast(exactText(vpcForm, "the ARN of a VPC", vpc), vpc),
}

/** @throws ConfigurationError with every problem at once */
export function checkLatticeOptions(options: LatticeOptions): LatticeOptions {
  return checkOptions(block(declared), options, ({ principals, roles, organizationId, sourceVpcs }, report) => {
    if ([principals, roles, organizationId, sourceVpcs].every((one) => one === undefined))
      report("options.principals", "must be set, or roles, organizationId or sourceVpcs: nothing says who may call")
  })
}
