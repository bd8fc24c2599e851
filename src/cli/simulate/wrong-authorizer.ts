import type { AskAuthorizer } from "../../../local/gateway/gateway.ts"
import type { AuthorizerConfig } from "../../index.ts"
import { apiFor } from "../trial/api.ts"
import type { SimulatedRequest } from "./requests.ts"
import { type Caller, type Pace, type Rig, rigFor, type Simulation } from "./run.ts"

/** Authorizers that are right without a cache: `exact` answers for the ARN at hand, `star` for every route. */
export type WrongAuthorizer = "exact" | "star"

/** Adds what the usual wrong authorizers make of the same requests. */
export async function compared(
  simulation: Simulation,
  configuration: AuthorizerConfig,
  caller: Caller,
  requests: readonly SimulatedRequest[],
  authorizers: readonly WrongAuthorizer[],
  pace: Pace,
): Promise<Simulation> {
  let { requests: rows, functionCalls } = simulation
  for (const name of authorizers) {
    const rig = await rigFor(configuration, caller, pace)
    const { answers, calls } = await rig.sent(requests, usual(name, rig, configuration))
    functionCalls = { ...functionCalls, [name]: calls }
    rows = rows.map((row, at) => {
      const answer = answers[at]?.answer ?? { answeredFrom: "gateway", status: 500 }
      const wrong = wrongness(answer.status, row.freshStatus)
      return { ...row, compare: { ...row.compare, [name]: { ...answer, ...(wrong && { wrong }) } } }
    })
  }
  return { ...simulation, requests: rows, functionCalls }
}

/** Whether a kept answer let something through that is refused, or the other way round. */
function wrongness(status: number, right: number): "opened" | "blocked" | undefined {
  if (status === 200 && right !== 200) return "opened"
  return status !== 200 && right === 200 ? "blocked" : undefined
}

function usual(name: WrongAuthorizer, { decide }: Rig, configuration: AuthorizerConfig): AskAuthorizer {
  const { authorizer, kind } = apiFor(configuration, false)
  return async (event) => {
    const { outcome } = await decide(event)
    if (outcome === "unauthenticated") throw new Error("Unauthorized")
    if (outcome === "unavailable") throw new Error("unavailable")
    const { methodArn, routeArn, version } = event as { readonly [member: string]: unknown }
    if (kind === "http" && authorizer.simpleResponses && version === "2.0") return { isAuthorized: outcome === "allow" }
    const Resource = name === "star" ? "*" : (methodArn ?? routeArn)
    const Statement = [{ Action: "execute-api:Invoke", Effect: outcome === "allow" ? "Allow" : "Deny", Resource }]
    return { principalId: "caller", policyDocument: { Version: "2012-10-17", Statement } }
  }
}
