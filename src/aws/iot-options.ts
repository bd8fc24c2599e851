import { byDefault, type Declaration, flag, number, required } from "../problems/declaration.ts"
import type { ClaimPath } from "../types/configuration.ts"
import { type IotCredential, iotCredential } from "./iot-credential.ts"
import { type IotPolicy, iotPolicies } from "./iot-policies.ts"
import { substitutionPaths } from "./iot-substitutions.ts"

/** What AWS IoT Core lets callers do, and for how long. */
export interface IotOptions {
  /** At least 1, at most 10. A caller for whom there is none is refused. */
  readonly policies: readonly IotPolicy[]
  /**
   * Names that resources may have in braces, and the claim whose value takes their place. `{principalId}` is there
   * always. A value that could widen a resource is refused: it may hold letters, digits and `_-.:@|`, at most 128.
   *
   * @default none
   */
  readonly substitutions?: { readonly [name: string]: ClaimPath }
  /** The one place of the credential; nothing else is read. @default "token": the event's `token` */
  readonly credential?: IotCredential
  /**
   * Whether IoT Core verifies a signature of the token before it calls the function. Then an event without that
   * evidence is refused. `false` if the authorizer was created with `SigningDisabled`.
   *
   * @default true
   */
  readonly tokenSigning?: boolean
  /** Longest connection; one ends with its token, but lasts for 300 seconds. Seconds. @default 86400, 300 to 86400 */
  readonly disconnectSeconds?: number
  /** When IoT Core asks again about a connection. Seconds. @default 300, 300 to 86400 */
  readonly refreshSeconds?: number
}

/** The options with their defaults. */
export interface CheckedIotOptions {
  readonly policies: readonly IotPolicy[]
  readonly substitutions: { readonly [name: string]: ClaimPath }
  readonly credential: IotCredential
  readonly tokenSigning: boolean
  readonly disconnectSeconds: number
  readonly refreshSeconds: number
}

/** The bounds of AWS IoT Core for both times, in seconds. */
export const shortestSeconds = 300
const longestSeconds = 86_400

export const iotOptions: Declaration<IotOptions, CheckedIotOptions> = {
  policies: required(iotPolicies, []),
  substitutions: byDefault(substitutionPaths, {}),
  credential: byDefault(iotCredential, "token"),
  tokenSigning: byDefault(flag, true),
  disconnectSeconds: byDefault(number(shortestSeconds, longestSeconds, "seconds"), longestSeconds),
  refreshSeconds: byDefault(number(shortestSeconds, longestSeconds, "seconds"), shortestSeconds),
}
