import { globSync } from "node:fs"
import { basename, resolve } from "node:path"
import { expect, it } from "vitest"
import { Config } from "../deploy/parameter-sets.ts"
import { issuer, startFunction } from "./functions.ts"

const event = { hallpass: "deployment-check" }
const events = globSync("*.json", { cwd: resolve(import.meta.dirname, "../../events") })
const configuration = { issuers: [issuer.configuration], keys: { allowHttpLoopback: true } }

it("17-2: the built bundle decides the events of events/, and counts nothing", async () => {
  const lambda = await startFunction({ HALLPASS_CONFIG: JSON.stringify(configuration) })
  const { answer, lines } = await lambda.invoke(event)
  expect(answer).toMatchObject({ sound: true, problems: [] })
  const { decisions } = answer as unknown as { decisions: { event: string; outcome: string }[] }
  expect(decisions.map((each) => each.event).toSorted()).toEqual(
    events.map((name) => basename(name, ".json")).toSorted(),
  )
  expect(lines.filter((line) => "_aws" in line)).toEqual([])
})

it("17-2: a bundle with a wrong configuration reports its problems, and answers no request", async () => {
  const lambda = await startFunction({ HALLPASS_CONFIG: Config.replace('"audience"', '"audiense"') })
  const { answer } = await lambda.invoke(event)
  expect(answer).toMatchObject({ sound: false, mayPass: false })
  expect(JSON.stringify(answer)).toContain("issuers[0].audiense")
})

it("17-2: an unreachable issuer is one, too: its requests would all get 500", async () => {
  const unreachable = {
    issuers: [{ provider: "oidc", issuer: "https://idp.invalid", audience: "a", jwksUri: "https://idp.invalid/keys" }],
  }
  const lambda = await startFunction({ HALLPASS_CONFIG: JSON.stringify(unreachable) })
  const { answer } = await lambda.invoke(event)
  expect(answer).toMatchObject({ sound: false, mayPass: true, problems: [{ path: "https://idp.invalid" }] })
})
