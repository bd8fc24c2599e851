import { type Issuer, startIssuer } from "../../local/issuers/issuer.ts"
import { okta } from "../../local/issuers/okta.ts"
import type { TokenName } from "../../local/issuers/tokens.ts"
import { type LambdaProcess, startLambdaProcess } from "../../local/runtime/lambda-process.ts"
import type { RuntimeClient } from "../../local/runtime/plain-runtime.ts"
import { configurationFor } from "../../local/table/configuration.ts"
import { type GatewayEvent, sampleEvent, withCredential } from "../../local/table/event.ts"
import type { AuthorizerConfig, GatewayOptions } from "../../src/index.ts"
import { noteOutput } from "../support/noted-output.ts"
import { bundle, runtimeClient } from "./prepared.ts"

/** The issuer of the runtime tests, on loopback, as long as this process. */
export const issuer: Issuer = await startIssuer(okta)
const running: LambdaProcess[] = []

/** Stops what `startFunction` has started. `each-file.ts` does it after each file. */
export async function stopFunctions(): Promise<void> {
  await Promise.all(running.splice(0).map((lambda) => lambda.stop()))
}

/** The built bundle in a process of its own, stopped when the file's tests are done. */
export async function startFunction(
  environment: { readonly [name: string]: string },
  client: RuntimeClient = runtimeClient,
): Promise<LambdaProcess> {
  const lambda = await startLambdaProcess({ folder: bundle, environment, client })
  running.push(lambda)
  return {
    ...lambda,
    async invoke(event) {
      const result = await lambda.invoke(event)
      noteOutput(JSON.stringify(result.lines))
      return result
    },
  }
}

/** The built bundle, configured for the issuer, with changes. */
export function startConfigured(
  gateway: GatewayOptions,
  changes: Partial<AuthorizerConfig> = {},
): Promise<LambdaProcess> {
  const configuration = { ...configurationFor([issuer], { resultTtlSeconds: 0, ...gateway }), ...changes }
  return startFunction({ HALLPASS_CONFIG: JSON.stringify(configuration) })
}

/** A shipped event with one of the issuer's tokens. */
export async function eventWith(name: string, token: TokenName): Promise<GatewayEvent> {
  const text = await issuer.mint(token)
  return withCredential(sampleEvent(name), text === undefined ? undefined : `Bearer ${text}`) ?? {}
}
