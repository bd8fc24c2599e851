import type { AuthorizerParts, CustomCheck } from "../authorizer/parts.ts"
import { systemClock } from "../types/clock.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"
import { type Refusal, refusal } from "../types/reasons.ts"
import type { AccessRequest } from "../types/request.ts"
import { type CheckedParts, checkedTogether, type ServiceOptions } from "./check-options.ts"
import { createDecider } from "./decider.ts"
import { credentialIn, placeOf } from "./iot-credential.ts"
import { createDocuments, type DocumentsOf } from "./iot-documents.ts"
import { checkIssuersApart } from "./iot-issuers.ts"
import { type CheckedIotOptions, type IotOptions, iotOptions, shortestSeconds } from "./iot-options.ts"
import { checkNames, type IotPolicyDocument } from "./iot-policies.ts"
import { iotPrincipalId } from "./iot-substitutions.ts"
import { idMember, ownMember } from "./own-member.ts"
import { secondsLeft } from "./seconds-left.ts"
import { readEvent, serviceRequest } from "./service-request.ts"

/** What AWS IoT Core is answered. Every member is there always. */
export interface IotAnswer {
  readonly isAuthenticated: boolean
  /** 64 hex digits, the SHA-256 of issuer and subject; `unauthenticated` in a refusal. */
  readonly principalId: string
  readonly policyDocuments: readonly IotPolicyDocument[]
  /** Seconds. */
  readonly disconnectAfterInSeconds: number
  /** Seconds. */
  readonly refreshAfterInSeconds: number
}

/** A custom authorizer of AWS IoT Core. */
export interface IotAuthorizer {
  /**
   * Answers IoT Core. It needs no `this`.
   *
   * @param event as IoT Core sends it
   * @param invocation the Lambda context, for records
   * @throws Unavailable (rejects) if the connection cannot be decided. IoT Core ends it then
   */
  handler(event: unknown, invocation?: unknown): Promise<IotAnswer>
  /** Fetches the keys ahead. Never rejects. */
  warmUp(): Promise<void>
}

/**
 * Creates a custom authorizer for AWS IoT Core from the configuration of an authorizer. The rule of `$connect` decides,
 * as for a WebSocket API, and `unmatched` if there is none. The `gateway` block, and the place in `credential`, are
 * ignored; `edge` and `assertion` are refused.
 *
 * @param options the policies of callers, the place of the credential, and times
 * @throws ConfigurationError with every problem at once
 * @see https://docs.aws.amazon.com/iot/latest/developerguide/custom-auth-lambda.html
 * @example
 * ```ts
 * import { createIotAuthorizer } from "hallpass/aws"
 * import { createTestIssuer } from "hallpass/testing"
 *
 * const issuer = createTestIssuer({ provider: "okta", audience: "api://devices" })
 * const Resource = "arn:aws:iot:eu-west-1:123456789012:client/{device}"
 * const document = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "iot:Connect", Resource }] } as const
 * export const { handler } = createIotAuthorizer(
 *   { issuers: [issuer.config], routes: { $connect: { scopes: ["devices"] } } },
 *   { policies: [{ document }], substitutions: { device: "device_id" }, credential: "mqtt-password", tokenSigning: false },
 * )
 *
 * const token = issuer.token({ scp: ["devices"], device_id: "lamp-7" })
 * const mqtt = { clientId: "lamp-7", password: Buffer.from(token).toString("base64") }
 * const answer = await handler({ signatureVerified: false, protocols: ["mqtt"], protocolData: { mqtt } })
 * const [policy] = answer.policyDocuments
 * console.log(policy?.Statement[0]?.Resource) // arn:aws:iot:eu-west-1:123456789012:client/lamp-7
 * ```
 */
export function createIotAuthorizer(
  config: AuthorizerConfig,
  options: IotOptions,
  parts: AuthorizerParts = {},
): IotAuthorizer {
  return checkedTogether(iot, config, options, (checked) => connected(checked, parts))
}

const iot: ServiceOptions<IotOptions, CheckedIotOptions> = {
  service: "AWS IoT Core",
  declared: iotOptions,
  rules(options, report, config) {
    checkNames(options, report)
    checkIssuersApart(options, config, report)
  },
  credential: ({ credential }) => placeOf(credential),
}

/** Every member is demanded, and each in its bounds, also of a refusal. */
const refused: IotAnswer = Object.freeze({
  isAuthenticated: false,
  principalId: "unauthenticated",
  policyDocuments: Object.freeze([]),
  disconnectAfterInSeconds: shortestSeconds,
  refreshAfterInSeconds: shortestSeconds,
})

function connected({ config, options }: CheckedParts<CheckedIotOptions>, parts: AuthorizerParts): IotAuthorizer {
  const documentsOf = createDocuments(options)
  const { decide, warmUp } = createDecider(config, { ...parts, check: withDocuments(documentsOf, parts.check) })
  const { disconnectSeconds, refreshSeconds } = options
  const { clock = systemClock } = parts
  const read = (event: unknown): AccessRequest | Refusal => readIot(event, options)
  return {
    async handler(event, invocation) {
      const verdict = await decide(readEvent(event, read), invocation)
      if ("refused" in verdict) return refused
      const { principal } = verdict
      const policyDocuments = documentsOf(principal)
      if (policyDocuments === undefined) return refused
      return {
        isAuthenticated: true,
        principalId: iotPrincipalId(principal),
        policyDocuments,
        disconnectAfterInSeconds: secondsLeft(shortestSeconds, disconnectSeconds, principal, clock),
        refreshAfterInSeconds: secondsLeft(shortestSeconds, refreshSeconds, principal, clock),
      }
    },
    warmUp,
  }
}

/** A caller whose policies cannot be written is refused where records see it. */
function withDocuments(documentsOf: DocumentsOf, check: CustomCheck | undefined): CustomCheck {
  return async (principal, request) => {
    if (documentsOf(principal) === undefined) return false
    return check === undefined || (await check(principal, request)) === true
  }
}

const eventUnknown = refusal("event_unknown")
const notSigned = refusal("signature_invalid")

function readIot(event: unknown, { credential, tokenSigning }: CheckedIotOptions): AccessRequest | Refusal {
  const signatureVerified = ownMember(event, "signatureVerified")
  if (signatureVerified === undefined && ownMember(event, "protocolData") === undefined) return eventUnknown
  if (tokenSigning && signatureVerified !== true) return notSigned
  const found = credentialIn(event, credential)
  if ("refused" in found) return found
  const requestId = idMember(ownMember(event, "connectionMetadata"), "id")
  return serviceRequest({ method: "$connect", ...found, requestId })
}
