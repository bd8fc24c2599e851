import type { TokenDefect } from "../../src/testing.ts"
import { ApiGateway } from "../gateway/gateway.ts"
import type { LambdaProcess } from "../runtime/lambda-process.ts"
import type { RunningApi } from "../stack/deployment.ts"
import { withToken } from "../stack/exchange.ts"
import type { LocalStack } from "../stack/stack.ts"
import { tokenFor } from "../stack/tokens.ts"
import { refusalRecord } from "../table/verdict.ts"

/** A request of the demonstration. */
interface Question {
  readonly method: string
  readonly path: string
  /** Of the token, for people. */
  readonly caller: string
  readonly issuer?: string
  readonly claims?: { readonly [claim: string]: unknown }
  readonly defects?: readonly TokenDefect[]
  readonly expected: readonly [status: number, reason: string]
}

const reader = { issuer: "okta", claims: { scp: ["openid", "orders:read"] } }

export const questions: readonly Question[] = [
  { ...{ method: "GET", path: "/orders/7", caller: "okta, orders:read" }, ...reader, expected: [200, "ok"] },
  {
    ...{ method: "POST", path: "/orders", caller: "auth0, orders:read", issuer: "auth0" },
    ...{ claims: { scope: "openid orders:read" }, expected: [403, "scope_missing"] },
  },
  {
    ...{ method: "GET", path: "/orders", caller: "entra, expired", issuer: "entra", defects: ["expired"] },
    expected: [401, "token_expired"],
  },
  {
    ...{ method: "GET", path: "/orders", caller: "cognito, of another client", issuer: "cognito" },
    ...{ defects: ["wrongAudience"], expected: [401, "audience_mismatch"] },
  },
  {
    ...{ method: "GET", path: "/orders/7", caller: "okta, changed on the way" },
    ...{ ...reader, defects: ["tampered"], expected: [401, "signature_invalid"] },
  },
  { method: "GET", path: "/orders", caller: "no token", expected: [401, "the function is not asked"] },
]

/** What a client saw, and why. */
export interface SixthRow {
  readonly question: Question
  readonly status: number
  readonly reason: string
  readonly asExpected: boolean
}

/** Sends the requests through a REST API to the Lambda bundle, which a runtime client runs. */
export async function sendSix(stack: LocalStack, api: RunningApi, lambda: LambdaProcess): Promise<readonly SixthRow[]> {
  const rows: SixthRow[] = []
  for (const question of questions) {
    let reason = "the function is not asked"
    const gateway = new ApiGateway(api.settings, async (event) => {
      const { answer, error, lines } = await lambda.invoke(event)
      reason = String(refusalRecord(lines)?.reason ?? (error === undefined ? "ok" : error.errorMessage))
      if (error !== undefined) throw new Error(error.errorMessage)
      return answer
    })
    const { method, path, issuer, claims = {}, defects = [], expected } = question
    const plain = {
      method,
      path,
      query: "",
      headers: [["Host", api.settings.domainName]],
      sourceIp: "127.0.0.1",
    } as const
    const request =
      issuer === undefined ? plain : withToken(plain, await tokenFor(stack, { issuer, claims, defects }), api.config)
    const { response } = await gateway.handle(request)
    const status = response?.status ?? 200
    rows.push({ question, status, reason, asExpected: status === expected[0] && reason === expected[1] })
  }
  return rows
}
