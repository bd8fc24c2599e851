import {
  block,
  byDefault,
  type Declaration,
  number,
  oneOrMore,
  option,
  required,
  text,
} from "../../problems/declaration.ts"
import { checkOptions, oneAtLeast } from "../verifier-options.ts"

/** How the public keys of load balancers are fetched and kept. */
export interface LoadBalancerKeyOptions {
  /** Deadline of one fetch. Milliseconds. @default 3000, 100 to 30000 */
  readonly timeoutMs?: number
  /** How long a key id without a key is not asked for again. Seconds. @default 30, 1 to 3600 */
  readonly cooldownSeconds?: number
  /** Most fetches of new keys per cool-down. @default 10, 1 to 1000 */
  readonly maxFetches?: number
  /** Age from which on a key is fetched again, while it is used. Seconds. @default 3600, 60 to 86400 */
  readonly refreshAfterSeconds?: number
  /** Age from which on a key is not used without being fetched again. Seconds. @default 86400, 60 to 604800 */
  readonly expireAfterSeconds?: number
}

/** Which load balancers are believed, and for whom they may speak. */
export interface LoadBalancerOptions {
  /** ARNs of the load balancers, at least one. Compared whole with `signer` of the token. */
  readonly signers: readonly string[]
  /** Client ids of the listener's `authenticate` action; any one of them. @default every client of these load balancers */
  readonly client?: string | readonly string[]
  /** Issuers of the listener's `authenticate` action; any one of them. @default every issuer of these load balancers */
  readonly issuer?: string | readonly string[]
  /** Allowed clock difference. Seconds. @default 5, 0 to 300 */
  readonly clockToleranceSeconds?: number
  readonly keys?: LoadBalancerKeyOptions
}

/** The options with their defaults. */
export interface CheckedLoadBalancerOptions {
  readonly signers: readonly Signer[]
  readonly client?: readonly string[]
  readonly issuer?: readonly string[]
  readonly clockToleranceSeconds: number
  readonly keys: Required<LoadBalancerKeyOptions>
}

/** An ARN, and the address of the keys of its Region, which ends with a slash. */
type Signer = readonly [arn: string, keyAddress: string]

const example = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/orders/50dc6c495c0c9188"
const arnForm =
  /^arn:(aws(?:-[a-z]+)*):elasticloadbalancing:([a-z]{2}(?:-[a-z]+)+-\d{1,2}):\d{12}:loadbalancer\/app\/[A-Za-z\d](?:[A-Za-z\d-]{0,30}[A-Za-z\d])?\/[\da-f]{16}$/

const signerOption = option<string, Signer>("text", [], (value, path, report) => {
  const [, partition, region = ""] = (typeof value === "string" && arnForm.exec(value)) || []
  if (partition === undefined) {
    report(path, `must be the ARN of an Application Load Balancer, for example ${example}`)
    return undefined
  }
  const keyAddress = keyAddressOf(partition, region)
  if (keyAddress !== undefined) return [value as string, keyAddress]
  report(path, "is of a partition for which AWS documents no address of public keys. Use one of aws or aws-us-gov")
  return undefined
})

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html */
function keyAddressOf(partition: string, region: string): string | undefined {
  if (partition === "aws" && !/^(?:us-gov|us-iso|cn)/.test(region))
    return `https://public-keys.auth.elb.${region}.amazonaws.com/`
  if (partition === "aws-us-gov" && /^us-gov-(?:east|west)-1$/.test(region))
    return `https://s3-${region}.amazonaws.com/aws-elb-public-keys-prod-${region}/`
  return undefined
}

const keys: Declaration<LoadBalancerKeyOptions, Required<LoadBalancerKeyOptions>> = {
  timeoutMs: byDefault(number(100, 30_000, "milliseconds"), 3000),
  cooldownSeconds: byDefault(number(1, 3600, "seconds"), 30),
  maxFetches: byDefault(number(1, 1000, "fetches"), 10),
  refreshAfterSeconds: byDefault(number(60, 86_400, "seconds"), 3600),
  expireAfterSeconds: byDefault(number(60, 604_800, "seconds"), 86_400),
}

const declared: Declaration<LoadBalancerOptions, CheckedLoadBalancerOptions> = {
  signers: required(oneAtLeast(signerOption, example), []),
  client: oneOrMore(text()),
  issuer: oneOrMore(text()),
  clockToleranceSeconds: byDefault(number(0, 300, "seconds"), 5),
  keys: byDefault(block(keys), {
    ...{ timeoutMs: 3000, cooldownSeconds: 30, maxFetches: 10 },
    ...{ refreshAfterSeconds: 3600, expireAfterSeconds: 86_400 },
  }),
}

/** @throws ConfigurationError with every problem at once */
export function checkLoadBalancerOptions(options: LoadBalancerOptions): CheckedLoadBalancerOptions {
  return checkOptions(block(declared), options, (checked, report) => {
    const { refreshAfterSeconds, expireAfterSeconds } = checked.keys
    if (refreshAfterSeconds > expireAfterSeconds)
      report("options.keys.refreshAfterSeconds", "must not be longer than keys.expireAfterSeconds. Set a shorter time")
  })
}
