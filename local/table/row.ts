import type { Issuer } from "../issuers/issuer.ts"
import type { TokenName } from "../issuers/tokens.ts"
import { startLambdaProcess } from "../runtime/lambda-process.ts"
import type { RuntimeClient } from "../runtime/plain-runtime.ts"
import { configurationFor } from "./configuration.ts"
import { type GatewayEvent, sampleEvent, withCredential } from "./event.ts"
import { expectedVerdict } from "./expected.ts"
import type { Kind } from "./kind.ts"
import { readVerdict, type Verdict } from "./verdict.ts"

/** How often a row is asked again in the process that has answered it once. */
export const warmInvocations = 11

/** One row of the table before it is asked. */
export interface Question {
  readonly kind: Kind
  /** Who vouches for the caller. */
  readonly issuer: string
  /** What the caller presents. */
  readonly token: string
  /** The event, made when it is its turn, because tokens and signatures age. */
  readonly event: () => GatewayEvent | Promise<GatewayEvent>
  /** The function's environment. */
  readonly environment: { readonly [name: string]: string }
  readonly expected: Verdict
}

export interface Row extends Question {
  readonly seen: Verdict
  readonly asExpected: boolean
  readonly coldMs: number
  readonly warmMs: number
}

/** The question of one token under one kind of authorizer. */
export function tokenQuestion(kind: Kind, issuer: Issuer, token: TokenName): Question {
  return {
    kind,
    issuer: issuer.persona.name,
    token: token.replace("-", " "),
    expected: expectedVerdict(kind, token),
    environment: { HALLPASS_CONFIG: JSON.stringify(configurationFor([issuer], kind.gateway)) },
    async event() {
      const minted = await issuer.mint(token)
      return withCredential(sampleEvent(kind.event), minted === undefined ? undefined : `Bearer ${minted}`) ?? {}
    },
  }
}

/** Sends one event to a fresh process, and again while that is warm; every answer has to be the expected one. */
export async function ask(client: RuntimeClient, bundle: string, question: Question): Promise<Row> {
  const { kind, environment, expected } = question
  const event = await question.event()
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
    const deviation = verdicts.find((verdict) => !isSame(verdict, expected))
    return {
      ...question,
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
