import { describe, expect, it, vi } from "vitest"
import type { FetchedDocument, FetchKeySet, KeyFetchRecord } from "../../src/index.ts"
import { describeFault } from "../../src/observe/describe-fault.ts"
import { createVerifier } from "../../src/verify.ts"
import { oidcIssuer } from "../support/config.ts"
import { clock, mint } from "../support/mint.ts"

const { jwks: _inline, ...issuer } = oidcIssuer({ jwksUri: "https://issuer.example/keys" })
const withCode = (code: string, more: object = {}): Error => Object.assign(new Error("x"), { code, ...more })

/** What is recorded of a fetch that ends in `thrown`, and the faults that are reported. */
async function failing(thrown: unknown): Promise<{ failure: string | undefined; faults: unknown[] }> {
  const records: KeyFetchRecord[] = []
  const faults: unknown[] = []
  const fetchKeySet: FetchKeySet = () => Promise.reject(thrown)
  const observer = {
    keyFetch: (record: KeyFetchRecord) => void records.push(record),
    fault: (error: unknown) => void faults.push(error),
  }
  const verifier = createVerifier({ issuers: [issuer] }, { clock, fetchKeySet, observer })
  await expect(verifier.verify(mint())).rejects.toMatchObject({ code: "keys_unavailable" })
  expect(records).toHaveLength(1)
  // What describes a fault is loaded when there is one; no request waits for it.
  if (records[0]?.failure === "internal") await vi.waitUntil(() => faults.length > 0)
  return { failure: records[0]?.failure, faults }
}

describe("part 6: an exception in a fetch", () => {
  it.each([
    ["an error without a code", new Error("ECONNREFUSED")],
    ["a mistake in the code", new TypeError("x is not a function")],
    ["a stack overflow", new RangeError("Maximum call stack size exceeded")],
    ["a chunk that cannot be read", withCode("ERR_MODULE_NOT_FOUND")],
    ["a file that cannot be read", withCode("ENOENT", { path: "/var/task/chunks/x.mjs", syscall: "open" })],
    ["an invalid argument", withCode("ERR_INVALID_ARG_TYPE")],
    ["a code that is no text", Object.assign(new Error("x"), { code: 7 })],
    ["a text", "ECONNREFUSED"],
    ["nothing", undefined],
    ["null", null],
  ])("is called internal, and reported as a fault: %s", async (_what, thrown) => {
    expect(await failing(thrown)).toEqual({ failure: "internal", faults: [describeFault(thrown)] })
  })

  it.each([
    ["ECONNREFUSED", withCode("ECONNREFUSED")],
    ["ENOTFOUND", withCode("ENOTFOUND")],
    ["EAI_AGAIN", withCode("EAI_AGAIN")],
    ["EPROTO", withCode("EPROTO")],
    ["an error of TLS", withCode("ERR_TLS_CERT_ALTNAME_INVALID")],
    ["a certificate", withCode("DEPTH_ZERO_SELF_SIGNED_CERT")],
    ["another certificate", withCode("UNABLE_TO_VERIFY_LEAF_SIGNATURE")],
    ["an HTTP parser", withCode("HPE_INVALID_CONSTANT")],
    ["what fetch() throws", new TypeError("fetch failed", { cause: withCode("UND_ERR_CONNECT_TIMEOUT") })],
  ])("is called network if it is one of the network's: %s", async (_what, thrown) => {
    expect(await failing(thrown)).toEqual({ failure: "network", faults: [] })
  })

  it("is called timeout if a signal ended the fetch", async () => {
    const thrown = new DOMException("The operation was aborted due to timeout", "TimeoutError")
    expect(await failing(thrown)).toEqual({ failure: "timeout", faults: [] })
  })

  it.each([
    ["no document", undefined],
    ["no headers", { status: 200, body: "{}" }],
    ["no body", { status: 200, headers: {} }],
    ["a body that is no text", { status: 200, headers: {}, body: Buffer.from("{}") }],
  ])("is not thrown for an answer that is none: %s", async (_what, answer) => {
    const fetchKeySet = (): Promise<FetchedDocument> => Promise.resolve(answer as FetchedDocument)
    const verifier = createVerifier({ issuers: [issuer] }, { clock, fetchKeySet })
    await expect(verifier.verify(mint())).rejects.toMatchObject({ code: "keys_unavailable" })
  })
})
