import { expect, it } from "vitest"
import { okta } from "../../local/issuers/okta.ts"
import { prepareRuntimeClient } from "../../local/runtime/client.ts"
import { eventWith, issuer, startFunction } from "./functions.ts"

it("the simple variables configure one issuer without JSON, and an empty variable is an unset one", async () => {
  const lambda = await startFunction({
    HALLPASS_PROVIDER: "okta",
    HALLPASS_DOMAIN: "northwind.okta.com",
    HALLPASS_AUTHORIZATION_SERVER: "",
    HALLPASS_AUDIENCE: okta.audience,
    HALLPASS_JWKS_URI: "https://keys.invalid/unused",
    HALLPASS_RESULT_TTL_SECONDS: "0",
    HALLPASS_UNAUTHORIZED: "deny",
    HALLPASS_ROUTES: "",
    HALLPASS_TENANT: "",
  })
  expect(lambda.initError).toBeUndefined()
  // A token of that issuer gets as far as its key set, which this name can never have (RFC 2606 section 2).
  const known = await lambda.invoke(await eventWith("rest-token", "good"))
  expect(known.error?.errorMessage).toContain("keys_unavailable")
  const expired = await lambda.invoke(await eventWith("rest-token", "expired"))
  expect(expired.answer).toMatchObject({ policyDocument: { Statement: [{ Effect: "Deny" }] } })
})

it("the plain client gives the answers and the errors of AWS's runtime client", async () => {
  const plain = await prepareRuntimeClient({ line() {}, during: (_, work) => work }, { plain: true })
  const configuration = {
    issuers: [issuer.configuration],
    gateway: { resultTtlSeconds: 0 },
    keys: { allowHttpLoopback: true },
  }
  const environment = { HALLPASS_CONFIG: JSON.stringify(configuration) }
  const functions = await Promise.all([startFunction(environment), startFunction(environment, plain)])
  for (const token of ["good", "expired"] as const) {
    const event = await eventWith("http-2.0", token)
    const [aws, standIn] = await Promise.all(functions.map((lambda) => lambda.invoke(event)))
    expect(standIn?.answer).toEqual(aws?.answer)
    expect(standIn?.error).toEqual(aws?.error)
    expect(aws?.error?.errorMessage).toBe(token === "good" ? undefined : "Unauthorized")
  }
})
