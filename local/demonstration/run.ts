import { styleText } from "node:util"
import { startLambdaProcess } from "../runtime/lambda-process.ts"
import type { RuntimeClient } from "../runtime/plain-runtime.ts"
import { compared } from "../stack/comparison.ts"
import { withToken } from "../stack/exchange.ts"
import { sent } from "../stack/send.ts"
import type { LocalStack } from "../stack/stack.ts"
import { tokenFor } from "../stack/tokens.ts"
import { findConflict } from "./conflict.ts"
import { type SixthRow, sendSix } from "./six-requests.ts"

const title = (text: string): string => styleText("bold", text)

/**
 * Shows what hallpass does, in at most 25 lines: six requests, one refusal explained, one conflict, one cache with
 * three authorizers.
 *
 * @returns whether everything was as expected
 */
export async function runDemonstration(
  stack: LocalStack,
  client: RuntimeClient,
  bundle: string,
  print: (text: string) => void,
): Promise<boolean> {
  const api = stack.api("rest-request")
  if (api === undefined) throw new Error("The demonstration's configuration has no REST API.")
  const environment = { HALLPASS_CONFIG: JSON.stringify(api.config) }
  const lambda = await startLambdaProcess({ folder: bundle, environment, client })
  try {
    const rows = await sendSix(stack, api, lambda)
    print(title("Six requests to a local REST API, decided by the Lambda bundle"))
    print(styleText("dim", `  ${"request".padEnd(14)}  ${"token".padEnd(26)}  client sees`))
    for (const row of rows) print(requestLine(row))
    print("")
    const isExplained = await explain(stack, print)
    print("")
    const isFound = showConflict(stack, print)
    print("")
    const isRight = await compare(stack, print)
    return rows.every(({ asExpected }) => asExpected) && isExplained && isFound && isRight
  } finally {
    await lambda.stop()
  }
}

function requestLine({ question: { method, path, caller }, status, reason, asExpected }: SixthRow): string {
  const colour = status < 400 ? "green" : status < 500 ? "yellow" : "red"
  const shown = styleText(colour, String(status))
  return `  ${`${method} ${path}`.padEnd(14)}  ${caller.padEnd(26)}  ${shown}  ${reason}${asExpected ? "" : "  ✗"}`
}

/** Why a request is refused, and what to do: the first check that fails. */
async function explain(stack: LocalStack, print: (text: string) => void): Promise<boolean> {
  const token = { issuer: "auth0", claims: { scope: "openid orders:read" } }
  const exchange = await sent(stack, { gateway: "rest-request", method: "POST", path: "/orders", token })
  const { failed, missing, route } = exchange.walk ?? {}
  print(title(`Why POST /orders was a ${exchange.client.status}`))
  const found = Array.isArray(failed?.found) ? failed.found.join(", ") : "nothing"
  print(`  ${route} demands ${failed?.check} ${missing?.scopes?.join(", ")}; the token has ${found}.`)
  print("  Fix: let the issuer give the token the scope, or give the route another rule.")
  return failed?.check === "scopes"
}

function showConflict(stack: LocalStack, print: (text: string) => void): boolean {
  const conflict = findConflict(stack.deployment.written)
  print(title("A mistake in a route table, found before it is deployed"))
  if (conflict === undefined) return false
  const [one, other] = conflict.routes
  print(`  A policy that denies ${other} also denies`)
  print(`  ${one}, because * in a policy covers /, too. hallpass refuses the table.`)
  return true
}

/** One caller, three requests within the result TTL: the usual authorizers beside hallpass. */
async function compare(stack: LocalStack, print: (text: string) => void): Promise<boolean> {
  const { effective } = stack.deployment
  const token = await tokenFor(stack, { issuer: "okta", claims: { scp: ["openid", "orders:read"] } })
  const lines = ["GET /orders/7", "GET /orders", "DELETE /orders/7"]
  const sequence = lines.map((line) => {
    const [method = "", path = ""] = line.split(" ")
    return {
      caller: "okta",
      request: withToken({ method, path, query: "", headers: [], sourceIp: "127.0.0.1" }, token, effective),
    }
  })
  const { rows, calls } = await compared(effective, sequence, 300, stack.clock)
  print(title("One caller with orders:read, three requests, one answer kept by API Gateway"))
  print(
    styleText("dim", `  ${"".padEnd(18)}${"should be".padEnd(12)}${"exact ARN".padEnd(12)}${'"*"'.padEnd(12)}hallpass`),
  )
  for (const { request, right, results } of rows) {
    const cells = [results.exact, results.star, results.hallpass].map(({ status, right: isRight }) =>
      isRight ? styleText("green", `${status}`.padEnd(12)) : styleText("red", `${status} wrong`.padEnd(12)),
    )
    print(`  ${request.padEnd(18)}${String(right.status).padEnd(12)}${cells.join("")}`.trimEnd())
  }
  const wrong = (name: "exact" | "star" | "hallpass"): number =>
    rows.filter(({ results }) => !results[name].right).length
  return wrong("exact") === 1 && wrong("star") === 1 && wrong("hallpass") === 0 && calls.hallpass === 1
}
