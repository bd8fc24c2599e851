import { configurationFor } from "../gateway/configuration.ts"
import { sampleEvent, withCredential } from "../gateway/event.ts"
import type { Kind } from "../gateway/kind.ts"
import { readVerdict, type Verdict } from "../gateway/verdict.ts"
import type { Issuer } from "../issuers/issuer.ts"
import type { TokenName } from "../issuers/tokens.ts"
import type { RuntimeClient } from "../runtime/client.ts"
import { startLambdaProcess } from "../runtime/lambda-process.ts"
import { expectedVerdict } from "./expected.ts"

/** How often a row is asked again in the process that has answered it once. */
export const warmInvocations = 11

export interface Row {
  readonly kind: Kind
  readonly issuer: Issuer
  readonly token: TokenName
  readonly expected: Verdict
  readonly seen: Verdict
  readonly asExpected: boolean
  readonly coldMs: number
  readonly warmMs: number
}

/** Sends one event with one token to a fresh process, and again while that is warm; every answer has to be the expected one. */
export async function runRow(
  client: RuntimeClient,
  bundle: string,
  kind: Kind,
  issuer: Issuer,
  token: TokenName,
): Promise<Row> {
  const minted = await issuer.mint(token)
  const event = withCredential(sampleEvent(kind.event), minted === undefined ? undefined : `Bearer ${minted}`) ?? {}
  const environment = { HALLPASS_CONFIG: JSON.stringify(configurationFor([issuer], kind.gateway)) }
  const lambda = await startLambdaProcess({ folder: bundle, environment, client })
  try {
    const first = await lambda.invoke(event)
    const verdicts = [readVerdict(event, first, kind.onUnauthorized)]
    const warm: number[] = []
    for (let count = 0; count < warmInvocations; count += 1) {
      const again = await lambda.invoke(event)
      warm.push(again.durationMs)
      verdicts.push(readVerdict(event, again, kind.onUnauthorized))
    }
    const expected = expectedVerdict(kind, token)
    const deviation = verdicts.find((verdict) => !isSame(verdict, expected))
    return {
      kind,
      issuer,
      token,
      expected,
      seen: deviation ?? expected,
      asExpected: deviation === undefined,
      coldMs: lambda.initMs + first.durationMs,
      warmMs: median(warm),
    }
  } finally {
    await lambda.stop()
  }
}

function isSame(left: Verdict, right: Verdict): boolean {
  return left.outcome === right.outcome && left.reason === right.reason && left.answer === right.answer
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN
}
