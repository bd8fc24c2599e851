import { expect, it } from "vitest"
import { okta } from "../../local/issuers/okta.ts"
import type { LogLine } from "../../local/runtime/lambda-process.ts"
import { configurationFor } from "../../local/table/configuration.ts"
import { eventWith, issuer } from "./functions.ts"
import { startOverheard } from "./overheard.ts"

const config = JSON.stringify(configurationFor([issuer], { resultTtlSeconds: 0 }))
const sum = (lines: readonly LogLine[], name: string): number =>
  lines.reduce((all, line) => all + Number(line[name] ?? 0), 0)

it("an orderly shutdown writes what waits: no decision is missing from the metrics", async () => {
  const lambda = await startOverheard({ HALLPASS_CONFIG: config, HALLPASS_FLUSH_AFTER_SECONDS: "300" })
  const good = await eventWith("http-2.0", "good")
  const bad = [await eventWith("http-2.0", "expired"), await eventWith("http-2.0", "wrong-scope")]
  for (const event of [good, good, ...bad, good]) await lambda.invoke(event)
  expect(sum(lambda.lines(), "Allowed")).toBe(1)
  await lambda.terminate()
  const lines = lambda.lines()
  expect(["Allowed", "Unauthenticated", "Forbidden"].map((name) => sum(lines, name))).toEqual([3, 1, 1])
  // The cache is loaded after the first answer, so the second request may come before it.
  expect(sum(lines, "TokenCacheHits") + sum(lines, "TokenCacheMisses")).toBe(5)
  expect(sum(lines, "TokenCacheMisses")).toBeGreaterThanOrEqual(3)
  expect(sum(lines, "ColdStarts")).toBe(1)
  expect(lambda.output()).toMatch(/ended with 0$/)
})

it("a freeze right behind the first answer loses nothing of it", async () => {
  const lambda = await startOverheard({ HALLPASS_CONFIG: config })
  await lambda.invoke(await eventWith("http-2.0", "good"))
  lambda.signal("SIGSTOP") // what is only counted is written when the answer is out, or after the thaw
  lambda.signal("SIGCONT")
  await lambda.terminate()
  expect(["Allowed", "ColdStarts"].map((name) => sum(lambda.lines(), name))).toEqual([1, 1])
})

it("a shutdown before the first request ends as it should, and writes nothing", async () => {
  const lambda = await startOverheard({ HALLPASS_CONFIG: config })
  await lambda.terminate()
  expect(lambda.lines()).toMatchObject([{ pid: expect.any(Number) }])
  expect(lambda.output()).toMatch(/ended with 0$/)
})

it("the variables set what is recorded, over the object in HALLPASS_CONFIG", async () => {
  const lambda = await startOverheard({
    ...{ HALLPASS_CONFIG: config, HALLPASS_SAMPLE_ALLOWS: "1", HALLPASS_AUDIT: "ocsf", HALLPASS_LOG_PRINCIPAL: "id" },
    ...{ HALLPASS_FLUSH_AFTER_SECONDS: "0", HALLPASS_TRACE_CONTEXT: "true", POWERTOOLS_SERVICE_NAME: "gate" },
  })
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
  const event = await eventWith("http-2.0", "good")
  const { answer, lines } = await lambda.invoke({ ...event, headers: { ...(event.headers as object), traceparent } })
  expect(answer).toMatchObject({ context: { traceparent, xrayTraceId: expect.any(String) } })
  const [record, audit] = lines.filter((line) => !("_aws" in line))
  const metrics = lines.find((line) => "Allowed" in line)
  expect(metrics).toMatchObject({ service: "gate", Allowed: 1, ColdStarts: 1, DecisionLatency: expect.any(Number) })
  expect(record).toMatchObject({
    ...{ message: "request allowed", service: "gate", eventKind: "http-2.0", traceparent, tokenCacheHit: false },
    principal: `${okta.issuerName}|00u1localmiraolsen0h7`,
    ...{ lambdaRequestId: "00000000-0000-4000-8000-000000000001", latencyUs: { total: expect.any(Number) } },
  })
  expect(audit).toMatchObject({ class_uid: 6003, status_code: "ok" })
})

it("a wrong variable beside a wrong object: one record that names both, and every request is undecided", async () => {
  const lambda = await startOverheard({
    ...{ HALLPASS_CONFIG: JSON.stringify({ issuers: [], colour: "red" }), HALLPASS_SAMPLE_ALLOWS: "2" },
    HALLPASS_AUDIT: "everything",
  })
  expect(lambda.initError).toBeUndefined()
  const refused = lambda.lines().filter(({ message }) => message === "configuration refused")
  const [{ problems = [] } = {}] = refused as { problems?: { path: string }[] }[]
  const paths = problems.map(({ path }) => path)
  expect(refused).toHaveLength(1)
  expect(paths.toSorted()).toEqual(["colour", "issuers", "observe.audit", "observe.sampleAllows"])
  const { answer, error } = await lambda.invoke(await eventWith("rest-token", "good"))
  expect(answer).toBeUndefined()
  expect(error?.errorMessage).toContain("configuration_invalid")
  const undecided = lambda.lines().filter(({ message }) => message === "request undecided")
  expect(undecided).toMatchObject([{ reason: "configuration_invalid" }])
})
