import { describe, expect, it } from "vitest"
import type { LambdaCalls, Ran } from "../../src/deployment/lambda-calls.ts"
import { type DeploymentReport, publishCheckedVersion } from "../../src/deployment.ts"
import type { AuthorizerConfig } from "../../src/index.ts"

const report = (changes: Partial<DeploymentReport> = {}): Ran => {
  return { returned: { sound: true, problems: [], mayPass: false, decisions: [], ...changes } }
}
const refused = (count: number, mayPass = false): Ran =>
  report({
    ...{ sound: false, mayPass },
    problems: Array.from({ length: count }, (_, index) => ({
      path: `issuers[${index}].audience`,
      message: "is missing",
    })),
  })

const request = (changes: object = {}) => ({
  RequestType: "Create",
  ResponseURL: "https://cloudformation-custom-resource-response-euwest1.s3.amazonaws.com/x?signature",
  StackId: "arn:aws:cloudformation:eu-west-1:123456789012:stack/hallpass/1",
  RequestId: "r-1",
  LogicalResourceId: "CheckedVersion",
  ResourceType: "Custom::CheckedVersion",
  ResourceProperties: { ServiceToken: "t", FunctionName: "authorizer", Alias: "live", Settings: ["a"] },
  ...changes,
})

/** A function whose latest version is the last of these settings; the alias points to one of them. */
class FakeLambda implements LambdaCalls {
  readonly published: string[]
  readonly ran: string[] = []
  live: string | undefined
  latest: string
  inactive = 0
  faults: Error[] = []
  runs: Ran[] = []

  constructor(published: string[], latest: string, live?: string) {
    this.published = published
    this.latest = latest
    this.live = live
  }
  async aliasVersion(): Promise<string | undefined> {
    return this.live
  }
  async configuration(_name: string, version?: string): Promise<{ isActive: boolean; settings: string }> {
    const fault = this.faults.shift()
    if (fault) throw fault
    const settings = version === undefined ? this.latest : (this.published[Number(version) - 1] ?? "?")
    return { isActive: version === undefined || this.inactive-- <= 0, settings }
  }
  async publish(): Promise<string> {
    if (this.published.at(-1) !== this.latest) this.published.push(this.latest)
    return String(this.published.length)
  }
  async run(_name: string, version: string, event: object): Promise<Ran> {
    expect(event).toEqual({ hallpass: "deployment-check" })
    this.ran.push(version)
    return (this.runs.length > 1 ? this.runs.shift() : this.runs[0]) ?? report()
  }
}

async function answered(lambda: LambdaCalls, event: object = request()) {
  const sent: { url: string; body: { readonly [name: string]: unknown }; bytes: number }[] = []
  const lines: string[] = []
  let now = 0
  await publishCheckedVersion(event, {
    lambda,
    clock: () => now,
    pause: async (milliseconds) => {
      now += milliseconds
    },
    send: async (url, body) => void sent.push({ url, body: JSON.parse(body), bytes: Buffer.byteLength(body) }),
    log: (line) => void lines.push(line),
  })
  expect(sent).toHaveLength(1)
  expect(lines).toHaveLength(1)
  return { ...sent[0], body: sent[0]?.body ?? {}, elapsed: now }
}

describe("17-2: a version takes traffic only after its check", () => {
  it("publishes the function as it is, runs it, and returns the version for the alias", async () => {
    const lambda = new FakeLambda(["old"], "new", "1")
    const { url, body } = await answered(lambda)
    expect(url).toContain("?signature")
    expect(body).toEqual({
      Status: "SUCCESS",
      StackId: request().StackId,
      RequestId: "r-1",
      LogicalResourceId: "CheckedVersion",
      PhysicalResourceId: "hallpass-checked-version-CheckedVersion",
      Data: { Version: "2" },
    })
    expect(lambda.ran).toEqual(["2"])
  })

  it("fails the deployment with the configuration's problems in the stack event", async () => {
    const lambda = new FakeLambda([], "new")
    lambda.runs = [refused(2)]
    const { body } = await answered(lambda)
    expect(body.Status).toBe("FAILED")
    expect(body.Reason).toBe(
      "Version 1 takes no traffic, because its check found 2 problems. 1. issuers[0].audience: is missing. " +
        "2. issuers[1].audience: is missing.",
    )
    expect(body).not.toHaveProperty("Data")
  })

  it("ends each sentence once", async () => {
    const lambda = new FakeLambda([], "new")
    const message = 'is not a known option. Did you mean "audience"?'
    lambda.runs = [report({ sound: false, problems: [{ path: "issuers[0].audiense", message }] })]
    expect((await answered(lambda)).body.Reason).toMatch(
      /its check found 1 problem\. 1\. issuers\[0\]\.audiense: .*"audience"\?$/,
    )
  })

  it("fits CloudFormation's 4,096 bytes, whatever the number of problems, and says how many are left out", async () => {
    const lambda = new FakeLambda([], "new")
    lambda.runs = [refused(500)]
    const { body, bytes } = await answered(lambda)
    expect(bytes).toBeLessThan(4096)
    expect(body.Reason).toMatch(/And \d+ more: hallpass check prints them\.$/)
  })

  it("on the first deployment there is no alias, and the check is made all the same", async () => {
    const lambda = new FakeLambda([], "new")
    expect((await answered(lambda)).body).toMatchObject({ Status: "SUCCESS", Data: { Version: "1" } })
    expect(lambda.ran).toEqual(["1"])
  })

  it("a rollback gets the version that takes traffic, without a check that could fail", async () => {
    const lambda = new FakeLambda(["good", "bad"], "good", "1")
    lambda.runs = [refused(1)]
    const event = request({ RequestType: "Update", PhysicalResourceId: "p" })
    expect((await answered(lambda, event)).body).toMatchObject({
      ...{ Status: "SUCCESS", Data: { Version: "1" }, PhysicalResourceId: "p" },
    })
    expect(lambda.ran).toEqual([])
    expect(lambda.published).toEqual(["good", "bad"])
  })

  it("a bad version that is deployed again is checked again", async () => {
    const lambda = new FakeLambda(["good", "bad"], "bad", "1")
    lambda.runs = [refused(1)]
    expect((await answered(lambda, request({ RequestType: "Update" }))).body.Status).toBe("FAILED")
    expect(lambda.ran).toEqual(["2"])
  })

  it("a deletion succeeds without a call", async () => {
    const never = new Proxy({} as LambdaCalls, {
      get: () => () => Promise.reject(new Error("called")),
    })
    const event = request({ RequestType: "Delete", PhysicalResourceId: "p" })
    expect((await answered(never, event)).body).toMatchObject({ Status: "SUCCESS", PhysicalResourceId: "p" })
  })

  it("waits until Lambda can run the version", async () => {
    const lambda = new FakeLambda([], "new")
    lambda.inactive = 3
    const { body, elapsed } = await answered(lambda)
    expect(body.Status).toBe("SUCCESS")
    expect(elapsed).toBe(1500)
  })

  it("tries again while a key set or a secret cannot be fetched, because a new role takes a moment to act", async () => {
    const lambda = new FakeLambda([], "new")
    lambda.runs = [refused(1, true), refused(1, true), report()]
    expect((await answered(lambda)).body.Status).toBe("SUCCESS")
    expect(lambda.ran).toHaveLength(3)
    const unreachable = new FakeLambda([], "new")
    unreachable.runs = [refused(1, true)]
    const { body, elapsed } = await answered(unreachable)
    expect(body.Status).toBe("FAILED")
    expect(elapsed).toBeLessThanOrEqual(45_000)
  })

  it("does not try again for a wrong configuration", async () => {
    const lambda = new FakeLambda([], "new")
    lambda.runs = [refused(1)]
    await answered(lambda)
    expect(lambda.ran).toHaveLength(1)
  })

  it("survives a denial that is over soon, and reports one that is not", async () => {
    const denied = () => Object.assign(new Error("not authorized"), { name: "AccessDeniedException" })
    const lambda = new FakeLambda([], "new")
    lambda.faults = [denied(), denied()]
    expect((await answered(lambda)).body.Status).toBe("SUCCESS")
    const never = new FakeLambda([], "new")
    never.faults = Array.from({ length: 100 }, denied)
    expect((await answered(never)).body).toMatchObject({
      Status: "FAILED",
      Reason: "The check could not run: AccessDeniedException: not authorized",
    })
  })

  it.each([
    [
      "a version that ends with an error",
      { failed: "Runtime.ImportModuleError" },
      /ended with Runtime.ImportModuleError/,
    ],
    ["an older bundle", { returned: { isAuthorized: false } }, /returned no report/],
    ["no answer", { returned: null }, /returned no report/],
    ["a report that contradicts itself", report({ problems: [{ path: "a", message: "b" }] }), /returned no report/],
  ])("refuses %s", async (_what, ran, reason) => {
    const lambda = new FakeLambda([], "new")
    lambda.runs = [ran]
    const { body } = await answered(lambda)
    expect(body.Status).toBe("FAILED")
    expect(body.Reason).toMatch(reason)
  })

  it("answers CloudFormation also if its own properties are wrong", async () => {
    const { body } = await answered(new FakeLambda([], "new"), request({ ResourceProperties: { Alias: "live" } }))
    expect(body).toMatchObject({ Status: "FAILED", Reason: expect.stringContaining("FunctionName is missing") })
  })

  it.each([
    ["no request", {}],
    ["no https", request({ ResponseURL: "http://169.254.169.254/" })],
    ["another request type", request({ RequestType: "Read" })],
    ["null", null],
  ])("rejects an event that is none of CloudFormation's: %s", async (_what, event) => {
    await expect(publishCheckedVersion(event, { send: () => Promise.reject(new Error("sent")) })).rejects.toThrow(
      /RequestType|ResponseURL/,
    )
  })
})

describe("17-2: the authorizers of another stack are set as the configuration needs it", () => {
  const apis = [
    { Kind: "http", Responses: "policy", ResultTtlSeconds: "300", IdentitySource: ["$request.header.Authorization"] },
  ]
  const settings = (changes: object = {}) =>
    request({
      ResourceProperties: { ServiceToken: "t", FunctionName: "f:live", Apis: apis },
      LogicalResourceId: "CheckedSettings",
      ...changes,
    })
  const issuers: AuthorizerConfig["issuers"] = []
  const fitting = report({ configuration: { issuers } })
  const other = report({ configuration: { issuers, gateway: { resultTtlSeconds: 60 } } })
  /** Answers with these, one after the other, and keeps what was asked. */
  const asking = (...runs: (Ran | Error)[]) => {
    const asked: unknown[] = []
    const run = async (...call: unknown[]) => {
      asked.push(call)
      const ran = runs.shift()
      if (ran === undefined || ran instanceof Error) throw ran ?? new Error("asked again")
      return ran
    }
    return { asked, lambda: { run } as unknown as LambdaCalls }
  }

  it("asks the function that takes traffic, and accepts what it accepts", async () => {
    const { asked, lambda } = asking(fitting)
    const { body } = await answered(lambda, settings())
    expect(body).toMatchObject({ Status: "SUCCESS", Data: {} })
    expect(body.PhysicalResourceId).toMatch(/^hallpass-checked-settings-[0-9a-f]{32}$/)
    expect(asked).toEqual([["f:live", undefined, { hallpass: "deployment-check" }]])
  })

  it("fails the deployment with the problems, and keeps the id of what was accepted", async () => {
    const refusing = asking(other)
    const update = settings({ RequestType: "Update", PhysicalResourceId: "hallpass-checked-settings-before" })
    const { body } = await answered(refusing.lambda, update)
    expect(body).toMatchObject({ Status: "FAILED", PhysicalResourceId: "hallpass-checked-settings-before" })
    expect(body.Reason).toBe(
      "This stack sets its authorizers otherwise than the function needs: 1 problem. 1. Apis[0]: the authorizer hallpass " +
        "keeps answers for 300 seconds, and gateway.resultTtlSeconds is 60. Set its TTL to 60 at most, or raise " +
        "gateway.resultTtlSeconds.",
    )
  })

  it("a rollback gets what was accepted before, without a check that could fail", async () => {
    const { PhysicalResourceId } = (await answered(asking(fitting).lambda, settings())).body
    const never = asking()
    const again = settings({ RequestType: "Update", PhysicalResourceId })
    expect((await answered(never.lambda, again)).body).toMatchObject({ Status: "SUCCESS", PhysicalResourceId })
    expect(never.asked).toEqual([])
  })

  it("other settings, another function and another configuration are asked about again", async () => {
    const { PhysicalResourceId } = (await answered(asking(fitting).lambda, settings())).body
    const properties = { ServiceToken: "t", FunctionName: "f:live", Apis: apis }
    for (const changed of [{ Apis: [] }, { FunctionName: "g:live" }, { Configuration: "other" }]) {
      const { asked, lambda } = asking(fitting)
      const ResourceProperties = { ...properties, ...changed }
      await answered(lambda, settings({ RequestType: "Update", PhysicalResourceId, ResourceProperties }))
      expect(asked).toHaveLength(1)
    }
  })

  it("waits for the right to call a new function, and refuses a function that is no hallpass", async () => {
    const denied = Object.assign(new Error("not yet"), { name: "AccessDeniedException" })
    expect((await answered(asking(denied, fitting).lambda, settings())).body.Status).toBe("SUCCESS")
    const stranger = asking({ returned: { isAuthorized: true } })
    expect((await answered(stranger.lambda, settings())).body).toMatchObject({
      Status: "FAILED",
      Reason: "The function returned no report. Deploy the bundle that npm run build makes.",
    })
  })

  it("asks for the settings only: an issuer that is out of reach now changes nothing", async () => {
    const unsound = report({ sound: false, mayPass: true, problems: [{ path: "okta", message: "has no key set" }] })
    const { returned } = unsound as { readonly returned: object }
    const { lambda } = asking({ returned: { ...returned, configuration: { issuers } } })
    expect((await answered(lambda, settings())).body.Status).toBe("SUCCESS")
  })

  it.each<[string, Ran, RegExp]>([
    [
      "an unreadable configuration",
      refused(1),
      /^The configuration of the function could not be read: 1 problem\. 1\./,
    ],
    ["a function that ends with an error", { failed: "Runtime.Exited" }, /^The function ended with Runtime\.Exited/],
    ["an older version, which says nothing of settings", report(), /^The function returned no report/],
  ])("refuses on doubt: %s", async (_, ran, reason) => {
    const { body } = await answered(asking(ran).lambda, settings())
    expect(body.Status).toBe("FAILED")
    expect(body.Reason).toMatch(reason)
  })
})
