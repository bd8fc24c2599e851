import {
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  PublishVersionCommand,
  ResourceNotFoundException,
} from "@aws-sdk/client-lambda"
import { afterEach, describe, expect, it } from "vitest"
import { lambdaCalls } from "../../src/deployment/lambda-calls.ts"
import { mockClient } from "../support/aws-clients.ts"

const client = mockClient(LambdaClient)
afterEach(() => client.reset())
const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)) as never

describe("17-2: the calls of Lambda", () => {
  it("equal versions have equal settings, whatever changes by itself", async () => {
    const same = { CodeSha256: "c", MemorySize: 512, Environment: { Variables: { A: "1" } } }
    client
      .on(GetFunctionConfigurationCommand, { FunctionName: "f", Qualifier: "7" })
      .resolves({ ...same, Version: "7", RevisionId: "r", LastModified: "x", State: "Active", FunctionArn: "f:7" })
    client
      .on(GetFunctionConfigurationCommand, { FunctionName: "f", Qualifier: "8" })
      .resolves({ ...same, Environment: { Variables: { A: "2" } }, Version: "8", State: "Pending" })
    client.on(GetFunctionConfigurationCommand, { FunctionName: "f" }, true).resolves({
      Version: "$LATEST",
      RevisionId: "s",
      FunctionArn: "f",
      Environment: same.Environment,
      MemorySize: 512,
      CodeSha256: "c",
    })
    const calls = await lambdaCalls()
    const [latest, seven, eight] = await Promise.all([
      calls.configuration("f"),
      calls.configuration("f", "7"),
      calls.configuration("f", "8"),
    ])
    expect(latest.settings).toBe(seven.settings)
    expect(eight.settings).not.toBe(seven.settings)
    expect([latest.isActive, seven.isActive, eight.isActive]).toEqual([true, true, false])
  })

  it("an alias that is not there is undefined; other faults are faults", async () => {
    client.on(GetAliasCommand).rejectsOnce(new ResourceNotFoundException({ message: "", $metadata: {} }))
    const calls = await lambdaCalls()
    expect(await calls.aliasVersion("f", "live")).toBeUndefined()
    client.on(GetAliasCommand).rejects(Object.assign(new Error("x"), { name: "AccessDeniedException" }))
    await expect(calls.aliasVersion("f", "live")).rejects.toThrow("x")
    client.on(GetAliasCommand).resolves({ FunctionVersion: "3" })
    expect(await calls.aliasVersion("f", "live")).toBe("3")
  })

  it("publishes, and runs the version by its number", async () => {
    client.on(PublishVersionCommand).resolves({ Version: "4" })
    client.on(InvokeCommand).resolves({ Payload: bytes({ sound: true }) })
    const calls = await lambdaCalls()
    expect(await calls.publish("f")).toBe("4")
    expect(await calls.run("f", "4", { hallpass: "deployment-check" })).toEqual({ returned: { sound: true } })
    expect(client.commandCalls(InvokeCommand)[0]?.args[0].input).toEqual({
      ...{ FunctionName: "f", Qualifier: "4", Payload: '{"hallpass":"deployment-check"}' },
    })
  })

  it("takes the type of an error, and none of its text", async () => {
    client.on(InvokeCommand).resolves({
      FunctionError: "Unhandled",
      Payload: bytes({ errorType: "Runtime.ExitError", errorMessage: "text" }),
    })
    const calls = await lambdaCalls()
    expect(await calls.run("f", "4", {})).toEqual({ failed: "Runtime.ExitError" })
  })
})
