import type { AuthorizerConfig } from "../src/index.ts"
import { type TokenChoice, UsageError } from "./arguments.ts"
import type { GivenFiles } from "./given-files.ts"
import type { Issuer } from "./issuers/issuer.ts"
import { type LogLine, startLambdaProcess } from "./runtime/lambda-process.ts"
import type { RuntimeClient } from "./runtime/plain-runtime.ts"
import { configurationFor } from "./table/configuration.ts"
import { type GatewayEvent, withCredential } from "./table/event.ts"
import { gatewayFor } from "./table/kind.ts"
import { readVerdict, refusalRecord } from "./table/verdict.ts"
import { safeJson, safeLine, safeLines } from "./terminal-text.ts"

/** One event, ready to be sent, with the configuration that it meets. */
export interface OneEvent {
  readonly event: GatewayEvent
  readonly configuration: unknown
}

interface EventOptions {
  readonly eventFile: string
  readonly token: TokenChoice | undefined
  readonly configFile: string | undefined
}

/** Puts files, token and issuers of the command line together. */
export async function prepareEvent(
  options: EventOptions,
  { event, configuration: given }: GivenFiles,
  issuers: readonly Issuer[],
): Promise<OneEvent> {
  const configuration = given ?? configurationFor(issuers, gatewayFor(event))
  if (options.token === undefined && options.configFile !== undefined) return { event, configuration }
  const choice = options.token ?? { persona: "okta", token: "good" }
  const token =
    choice.literal ?? (await issuers.find(({ persona }) => persona.name === choice.persona)?.mint(choice.token))
  const changed = putToken(event, token, configuration)
  // An event of an unknown kind goes as it is, so that the function can say so; unless a token was asked for.
  if (changed === undefined && options.token !== undefined) {
    throw new UsageError(`${options.eventFile} has no place for a token: its type is neither TOKEN nor REQUEST`)
  }
  return { event: changed ?? event, configuration }
}

function putToken(event: GatewayEvent, token: string | undefined, { credential }: Partial<AuthorizerConfig>) {
  const { header, scheme = "Bearer", ...places } = credential ?? {}
  if (header === undefined && ("cookie" in places || "query" in places || "subprotocol" in places)) {
    throw new UsageError(
      "--token fills a header, and the configuration names another place; put the token into the event file",
    )
  }
  const isWhole = token === undefined || scheme === null || token.startsWith(`${scheme} `)
  return withCredential(event, isWhole ? token : `${scheme} ${token}`, header)
}

/** Sends the event and prints what came out. True unless the function failed to decide. */
export async function runEvent(
  client: RuntimeClient,
  bundle: string,
  { event, configuration }: OneEvent,
  print: (text: string) => void,
): Promise<boolean> {
  const environment = { HALLPASS_CONFIG: JSON.stringify(configuration) }
  const lambda = await startLambdaProcess({ folder: bundle, environment, client })
  try {
    const result = await lambda.invoke(event)
    const { outcome, reason } = readVerdict(event, result)
    const record = refusalRecord(result.lines)
    print(`decision  ${safeLine(outcome)} (${safeLine(reason)})`)
    print(`time      ${lambda.initMs.toFixed(0)} ms to start, ${result.durationMs.toFixed(1)} ms to answer`)
    if (result.error === undefined) print(`answer    ${safeJson(result.answer)}`)
    else print(`error     ${safeJson(result.error)}`)
    print(`record    ${record === undefined ? "none; only what is not allowed is recorded" : safeJson(record)}`)
    // A configuration that is refused is explained once, when the function starts.
    for (const line of lambda.initLines)
      print(`start     ${line.error === undefined ? safeJson(line) : errorText(line)}`)
    return outcome === "allow" || outcome === "unauthenticated" || outcome === "forbidden"
  } finally {
    await lambda.stop()
  }
}

const errorText = ({ error }: LogLine) => safeLines(String((error as { message?: unknown }).message))
