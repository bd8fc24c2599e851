import { runSimulation } from "@cloud-copilot/iam-simulate"
import { describe, expect, it } from "vitest"
import { matchesArn } from "../conformance/policy/iam.ts"
import { privateApi } from "../deploy/template.ts"
import { command, file } from "./in-process.ts"

const config = file("generate.json", {
  issuers: [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }],
  routes: {
    "GET /pets": { scopes: ["pets:read"] },
    "GET /pets/{id}": { scopes: ["pets:read"] },
    "POST /pets": { scopes: ["pets:write"] },
    "DELETE /pets/{id}": { groups: ["ops"] },
  },
  context: { costCenter: "cost_center" },
})
const account = "123456789012"
const api = ["--account", account, "--region", "eu-west-1", "--api-id", "a1b2c3d4e5"]
const stage = `arn:aws:execute-api:eu-west-1:${account}:a1b2c3d4e5/prod`
const user = `arn:aws:iam::${account}:user/tester`

type Document = { readonly Statement: readonly { readonly [member: string]: unknown }[] }

async function generated(...words: string[]): Promise<Document> {
  const { code, stdout, stderr } = await command(["generate", ...words])
  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" })
  return JSON.parse(stdout) as Document
}

async function refused(...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await command(["generate", ...words])
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
  return stderr
}

interface Asked {
  readonly action?: string
  readonly resource: string
  readonly principal?: string
  readonly context?: { readonly [key: string]: string | string[] }
  readonly identity?: readonly Document[]
  readonly resourcePolicy?: Document
  readonly endpoint?: Document
}

/** What an IAM evaluator says that knows nothing of this project. */
async function verdict({
  action = "execute-api:Invoke",
  resource,
  principal = user,
  ...asked
}: Asked): Promise<string> {
  const result = await runSimulation(
    {
      request: {
        ...{ principal, action, resource: { resource, accountId: account } },
        contextVariables: { ...asked.context } as never,
      },
      identityPolicies: (asked.identity ?? []).map((policy, at) => ({ name: `p${at}`, policy: policy as never })),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(asked.resourcePolicy && { resourcePolicy: asked.resourcePolicy as never }),
      ...(asked.endpoint && { vpcEndpointPolicies: [{ name: "endpoint", policy: asked.endpoint as never }] }),
    },
    {},
  )
  if ("overallResult" in result) return String(result.overallResult)
  // Its data has no POST to a collection inside an API. Then the statements are read.
  const texts = (value: unknown): string[] => [value].flat().map(String)
  const matching = (asked.identity ?? []).flatMap(({ Statement }) =>
    Statement.filter(
      (statement) =>
        texts(statement.Action).includes(action) &&
        texts(statement.Resource).some((pattern) => matchesArn(pattern, resource)) &&
        statement.Condition === undefined,
    ).map(({ Effect }) => Effect),
  )
  return matching.includes("Deny") ? "ExplicitlyDenied" : matching.includes("Allow") ? "Allowed" : "ImplicitlyDenied"
}

const everyone: Document = {
  Statement: [{ Effect: "Allow", Action: "execute-api:*", Resource: "*" }],
  ...{ Version: "2012-10-17" },
}

describe("17-5: generate resource-policy", () => {
  it("denies what comes from another endpoint, and what shows none", async () => {
    const resourcePolicy = await generated("resource-policy", ...api, "--vpce", "vpce-1a2b3c4d")
    const resource = `${stage}/GET/pets`
    const ask = (context: { [key: string]: string }) => verdict({ resource, resourcePolicy, context })
    expect(await ask({ "aws:SourceVpce": "vpce-1a2b3c4d" })).toBe("Allowed")
    expect(await ask({ "aws:SourceVpce": "vpce-99999999" })).toBe("ExplicitlyDenied")
    expect(await ask({})).toBe("ExplicitlyDenied")
  })

  it("denies addresses outside the ranges, also if the authorizer allows", async () => {
    const resourcePolicy = await generated(
      "resource-policy",
      ...api,
      "--cidr",
      "192.0.2.0/24",
      "--cidr",
      "2001:db8::/32",
    )
    const ask = (address: string) =>
      verdict({
        resource: `${stage}/GET/pets`,
        resourcePolicy,
        identity: [everyone],
        context: { "aws:SourceIp": address },
      })
    expect(await ask("192.0.2.7")).toBe("Allowed")
    expect(await ask("2001:db8::7")).toBe("Allowed")
    expect(await ask("198.51.100.1")).toBe("ExplicitlyDenied")
    const unknown = { resource: `${stage}/GET/pets`, resourcePolicy, identity: [everyone] }
    expect(await verdict(unknown)).toBe("ExplicitlyDenied")
  })

  it("takes a range or an endpoint, each by itself", async () => {
    const words = ["--cidr", "192.0.2.0/24", "--vpce", "vpce-1a2b3c4d", "--stage", "prod"]
    const resourcePolicy = await generated("resource-policy", ...api, ...words)
    const ask = (context: { [key: string]: string }) =>
      verdict({ resource: `${stage}/GET/pets`, resourcePolicy, context })
    expect(await ask({ "aws:SourceIp": "192.0.2.7" })).toBe("Allowed")
    expect(await ask({ "aws:SourceVpce": "vpce-1a2b3c4d" })).toBe("Allowed")
    expect(await ask({ "aws:SourceIp": "198.51.100.1" })).toBe("ExplicitlyDenied")
  })

  it("lets another account in only if both sides allow", async () => {
    const words = ["--principal", "210987654321", "--cidr", "192.0.2.0/24"]
    const resourcePolicy = await generated("resource-policy", ...api, ...words)
    const ask = (principal: string, identity: readonly Document[]) =>
      verdict({
        ...{ resource: `${stage}/GET/pets`, resourcePolicy, principal, identity },
        context: { "aws:SourceIp": "192.0.2.7" },
      })
    expect(await ask("arn:aws:iam::210987654321:user/a", [everyone])).toBe("Allowed")
    expect(await ask("arn:aws:iam::210987654321:user/a", [])).toBe("ImplicitlyDenied")
    expect(await ask("arn:aws:iam::999999999999:user/a", [everyone])).toBe("ImplicitlyDenied")
  })

  it("says what an Allow for everyone means for the authorizer", async () => {
    const words = ["generate", "resource-policy", ...api, "--vpce", "vpce-1a2b3c4d", "--config", config]
    expect((await command(words)).stderr.replaceAll("\n", " ")).toContain("set gateway.resourcePolicyAllows to true")
  })

  it.each([
    ["no Deny", [], /needs --cidr, --vpc or --vpce/],
    ["every address", ["--cidr", "0.0.0.0/0"], /every address/],
    ["no range", ["--cidr", "192.0.2.0/33"], /--cidr is like/],
    ["another form of an endpoint", ["--vpce", "vpce-*"], /--vpce has another form/],
    ["a wildcard as principal", ["--principal", "*", "--cidr", "192.0.2.0/24"], /--principal has another form/],
    [
      "too many ranges",
      Array.from({ length: 600 }, (_, at) => ["--cidr", `10.${at >> 8}.${at & 255}.0/24`]).flat(),
      /8,192/,
    ],
  ])("refuses %s", async (_what, words, expected) => {
    expect((await refused("resource-policy", ...api, ...words)).replaceAll("\n", " ")).toMatch(expected)
  })
})

describe("17-5: generate endpoint-policy", () => {
  it("allows the routes of the table, and nothing else through the endpoint", async () => {
    const endpoint = await generated("endpoint-policy", ...api, "--config", config, "--stage", "prod")
    const ask = (resource: string) =>
      verdict({ resource, endpoint, identity: [everyone], context: { "aws:SourceVpce": "vpce-1a2b3c4d" } })
    expect(await ask(`${stage}/GET/pets/7`)).toBe("Allowed")
    expect(await ask(`${stage}/PUT/pets/7`)).not.toBe("Allowed")
    expect(await ask(`${stage.replace("a1b2c3d4e5", "zzzzzzzzzz")}/GET/pets`)).not.toBe("Allowed")
  })

  it("takes no principal, which would lock bearer tokens out", async () => {
    expect(await refused("endpoint-policy", ...api, "--principal", account)).toMatch(/would lock them out/)
  })
})

describe("17-5: generate invoke-policy", () => {
  it("allows the routes of the table, and never to empty the response cache", async () => {
    const identity = [await generated("invoke-policy", ...api, "--config", config, "--stage", "prod")]
    expect(await verdict({ resource: `${stage}/GET/pets`, identity })).toBe("Allowed")
    expect(await verdict({ resource: `${stage}/DELETE/pets/7`, identity })).toBe("Allowed")
    expect(await verdict({ resource: `${stage}/PUT/pets`, identity })).toBe("ImplicitlyDenied")
    expect(await verdict({ resource: `${stage}/GET/pets/1/toys`, identity })).not.toBe("Allowed")
    const connections = `${stage}/POST/@connections/abc=`
    const manage = { action: "execute-api:ManageConnections", resource: connections }
    expect(await verdict({ ...manage, identity })).toBe("ImplicitlyDenied")
    const action = "execute-api:InvalidateCache"
    expect(await verdict({ action, resource: `${stage}/GET/pets`, identity: [everyone, ...identity] })).toBe(
      "ExplicitlyDenied",
    )
  })

  it("allows chosen routes, and denies the others where a pattern reaches them", async () => {
    const words = ["--route", "GET /pets", "--route", "GET /pets/{id}"]
    const identity = [await generated("invoke-policy", ...api, "--config", config, ...words)]
    expect(await verdict({ resource: `${stage}/GET/pets/7`, identity })).toBe("Allowed")
    expect(await verdict({ resource: `${stage}/DELETE/pets/7`, identity })).not.toBe("Allowed")
    expect(await verdict({ resource: `${stage}/POST/pets`, identity })).not.toBe("Allowed")
    expect(await refused("invoke-policy", ...api, "--config", config, "--route", "GET /x")).toMatch(/is no route/)
    expect(await refused("invoke-policy", ...api)).toMatch(/needs a configuration with routes/)
  })

  it("is refused if AWS would refuse its size", async () => {
    const routes = Object.fromEntries(Array.from({ length: 90 }, (_, at) => [`GET /resource-${at}/{id}`, {}]))
    const large = file("large.json", {
      issuers: [{ provider: "okta", domain: "acme.okta.com", audience: "a" }],
      routes,
    })
    expect((await refused("invoke-policy", ...api, "--config", large)).replaceAll("\n", " ")).toMatch(/6,144/)
  })
})

describe("17-5: generate management-policy", () => {
  const rest = "arn:aws:apigateway:eu-west-1::/restapis/a1b2c3d4e5"
  const policy = (role: string) =>
    generated("management-policy", "--role", role, "--region", "eu-west-1", "--api-id", "a1b2c3d4e5", "--stage", "prod")
  const ask = (identity: Document, action: string, resource: string, context = {}) =>
    verdict({ identity: [identity], action: `apigateway:${action}`, resource, context })

  it("read: reads this API and changes nothing", async () => {
    const read = await policy("read")
    expect(await ask(read, "GET", `${rest}/resources/abc/methods/GET`)).toBe("Allowed")
    expect(await ask(read, "PATCH", `${rest}/stages/prod`)).toBe("ImplicitlyDenied")
    expect(await ask(read, "GET", rest.replace("a1b2c3d4e5", "zzzzzzzzzz"))).toBe("ImplicitlyDenied")
  })

  it("deploy: deploys, and leaves methods and authorizers alone", async () => {
    const deploy = await policy("deploy")
    expect(await ask(deploy, "POST", `${rest}/deployments`)).toBe("Allowed")
    expect(await ask(deploy, "PATCH", `${rest}/stages/prod`)).toBe("Allowed")
    expect(await ask(deploy, "PATCH", `${rest}/stages/test`)).toBe("ImplicitlyDenied")
    expect(await ask(deploy, "PATCH", `${rest}/authorizers/abc`)).toBe("ImplicitlyDenied")
  })

  it("admin: changes this API, and makes no route without an authorizer", async () => {
    const admin = await policy("admin")
    const method = `${rest}/resources/abc/methods/GET`
    const type = (...values: string[]) => ({ "apigateway:Request/RouteAuthorizationType": values })
    expect(await ask(admin, "PUT", method, type("CUSTOM"))).toBe("Allowed")
    expect(await ask(admin, "PUT", method, type("NONE"))).toBe("ExplicitlyDenied")
    expect(await ask(admin, "PUT", method, type("none"))).toBe("ExplicitlyDenied")
    expect(await ask(admin, "PATCH", method)).toBe("Allowed")
    expect(await ask(admin, "PUT", rest, type("CUSTOM", "NONE"))).toBe("ExplicitlyDenied")
    expect(await ask(admin, "DELETE", rest.replace("a1b2c3d4e5", "zzzzzzzzzz"))).toBe("ImplicitlyDenied")
  })

  it("needs a role that is one", async () => {
    const words = ["management-policy", "--region", "eu-west-1", "--api-id", "a1b2c3d4e5"]
    expect(await refused(...words)).toMatch(/needs --role/)
    expect(await refused(...words, "--role", "owner")).toMatch(/read, deploy/)
  })
})

describe("17-5: generate abac-policy", () => {
  const method = "arn:aws:apigateway:eu-west-1::/restapis/a1b2c3d4e5/resources/abc/methods/GET"

  it("lets people change what carries their tag, and not the tag", async () => {
    const identity = [await generated("abac-policy", "--tag", "team")]
    const ask = (action: string, context: { [key: string]: string }, resource = method) =>
      verdict({
        identity,
        action: `apigateway:${action}`,
        resource,
        context: { "aws:PrincipalTag/team": "payments", ...context },
      })
    expect(await ask("PATCH", { "aws:ResourceTag/team": "payments" })).toBe("Allowed")
    expect(await ask("PATCH", { "aws:ResourceTag/team": "other" })).toBe("ImplicitlyDenied")
    expect(await ask("PATCH", {})).toBe("ImplicitlyDenied")
    const tags = "arn:aws:apigateway:eu-west-1::/tags/arn%3Aaws%3Aapigateway%3Aeu-west-1%3A%3A%2Frestapis%2Fa1b2c3d4e5"
    expect(await ask("PUT", { "aws:ResourceTag/team": "payments" }, tags)).not.toBe("Allowed")
  })

  it("takes a fixed value, and no key of AWS's own", async () => {
    const identity = [await generated("abac-policy", "--tag", "team=payments")]
    const context = { "aws:ResourceTag/team": "payments" }
    expect(await verdict({ identity, action: "apigateway:PATCH", resource: method, context })).toBe("Allowed")
    expect(await refused("abac-policy", "--tag", "aws:cloudformation:stack-name=x")).toMatch(/AWS's own/)
    for (const tag of ["=x", "team="]) expect(await refused("abac-policy", "--tag", tag)).toMatch(/KEY=VALUE/)
  })

  it("names AWS's limits of a tag, and takes a tag at its limits", async () => {
    const limits = /up to 128 for the key, 256 for the value/
    for (const tag of ["k".repeat(129), `k=${"v".repeat(257)}`, "team=${aws:x}", "te*m", "team=a\nb"])
      expect((await refused("abac-policy", "--tag", tag)).replaceAll("\n", " ")).toMatch(limits)
    await generated("abac-policy", "--tag", `${"k".repeat(128)}=${"v".repeat(256)}`)
  })
})

describe("17-5: generate wso2-connector-policy", () => {
  const role = `arn:aws:iam::${account}:role/hallpass-invoke`
  const policy = () => generated("wso2-connector-policy", "--region", "eu-west-1", "--invoke-role-arn", role)
  const at = (path: string) => `arn:aws:apigateway:eu-west-1::${path}`

  it.each([
    ["POST", "/restapis"],
    ["GET", "/restapis"],
    ["PUT", "/restapis/a1b2c3d4e5"],
    ["GET", "/restapis/a1b2c3d4e5/resources"],
    ["POST", "/restapis/a1b2c3d4e5/authorizers"],
    ["PUT", "/restapis/a1b2c3d4e5/resources/abc/methods/OPTIONS"],
    ["PATCH", "/restapis/a1b2c3d4e5/gatewayresponses/DEFAULT_4XX"],
    ["POST", "/restapis/a1b2c3d4e5/deployments"],
    ["DELETE", "/restapis/a1b2c3d4e5/deployments/abc"],
    ["DELETE", "/restapis/a1b2c3d4e5/stages/prod"],
    ["DELETE", "/restapis/a1b2c3d4e5"],
  ])("allows the connector's call %s %s", async (verb, path) => {
    expect(await verdict({ identity: [await policy()], action: `apigateway:${verb}`, resource: at(path) })).toBe(
      "Allowed",
    )
  })

  it.each([
    ["POST", "/usageplans"],
    ["POST", "/domainnames"],
    ["PATCH", "/account"],
  ])("allows nothing else: %s %s", async (verb, path) => {
    expect(await verdict({ identity: [await policy()], action: `apigateway:${verb}`, resource: at(path) })).toBe(
      "ImplicitlyDenied",
    )
  })

  it("passes one role to API Gateway, and leaves tagged APIs alone", async () => {
    const identity = [await policy()]
    const pass = (service: string, resource = role) =>
      verdict({ identity, action: "iam:PassRole", resource, context: { "iam:PassedToService": service } })
    expect(await pass("apigateway.amazonaws.com")).toBe("Allowed")
    expect(await pass("lambda.amazonaws.com")).toBe("ImplicitlyDenied")
    expect(await pass("apigateway.amazonaws.com", `arn:aws:iam::${account}:role/admin`)).toBe("ImplicitlyDenied")
    const tagged = { "aws:ResourceTag/managed-by": "terraform" }
    const resource = at("/restapis/a1b2c3d4e5")
    expect(await verdict({ identity, action: "apigateway:PUT", resource, context: tagged })).toBe("ExplicitlyDenied")
  })
})

describe("17-4: generate mappings", () => {
  it("writes every header, whoever calls, and no reserved name", async () => {
    const { rest, http } = (await generated("mappings", "--config", config)) as unknown as {
      rest: { [parameter: string]: string }
      http: { [parameter: string]: string }
    }
    expect(rest).toMatchObject({
      "integration.request.header.X-Hallpass-Principal": "context.authorizer.principalId",
      "integration.request.header.X-Hallpass-Scopes": "context.authorizer.scopes",
      "integration.request.header.X-Hallpass-Cost-Center": "context.authorizer.costCenter",
    })
    expect(http).toMatchObject({
      "overwrite:header.x-hallpass-principal": "${context.authorizer.issuer}|${context.authorizer.sub}",
      "overwrite:header.x-hallpass-groups": "groups=${context.authorizer.groups}",
      "overwrite:header.x-hallpass-cost-center": "cost-center=${context.authorizer.costCenter}",
    })
    // Whether an empty value takes the client's header away is documented nowhere.
    for (const [name, value] of Object.entries(http))
      if (value.includes("authorizer")) expect(value.replaceAll(/\$\{[^}]*\}/g, ""), name).not.toBe("")
    const reserved =
      /:header\.(?:access-control-|apigw-|authorization|connection|content-|forwarded|via|x-amz|x-forwarded)/
    for (const name of Object.keys(http)) {
      expect(name).toMatch(/^overwrite:header\./)
      expect(name).not.toMatch(reserved)
    }
  })
})

it("17-4: generate mappings writes for HTTP APIs what deploy/private.yaml does, also for simple responses", async () => {
  const responses = file("simple.json", {
    issuers: [{ provider: "okta", domain: "acme.okta.com", audience: "a" }],
    gateway: { responses: "simple" },
  })
  const { http } = (await generated("mappings", "--config", responses)) as unknown as { http: object }
  const integration = privateApi.resource("HttpIntegration").Properties.RequestParameters
  expect({ "overwrite:path": "$request.path", ...http }).toEqual(integration)
})

describe("generate", () => {
  it.each([
    ["an unknown kind", ["everything"], /the kinds are resource-policy/],
    ["a name of every object", ["constructor"], /the kinds are/],
    ["a missing flag", ["resource-policy", "--region", "eu-west-1"], /needs --account, such as twelve digits/],
    [
      "another form of an id",
      ["endpoint-policy", "--account", "1", "--region", "eu-west-1"],
      /--account has another form/,
    ],
  ])("refuses %s in one line", async (_what, words, expected) => {
    expect(await refused(...words)).toMatch(expected)
  })

  it("reads a configuration with a shadow block: the existing authorizer is code, which no file has", async () => {
    const sound = {
      issuers: [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }],
      shadow: { acknowledge: "hallpass decides nothing in this mode" },
    }
    await generated("mappings", "--config", file("shadow.json", sound))
  })
})
