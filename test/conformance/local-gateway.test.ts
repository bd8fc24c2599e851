import { runSimulation } from "@cloud-copilot/iam-simulate"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { evaluatePolicy, type PolicyVerdict } from "../../local/gateway/evaluate.ts"
import { seeded, worth } from "../support/seed.ts"

const account = "123456789012"
const base = `arn:aws:execute-api:eu-west-1:${account}:abc123def4/prod`

const action = fc.constantFrom(
  ...Array<string>(6).fill("execute-api:Invoke"),
  ...["execute-api:Invoke", "execute-api:*", "*", "execute-api:Inv?ke", "EXECUTE-API:invoke", "execute-api:In*e"],
  ...["execute-api:ManageConnections", "s3:GetObject", "execute-api:Invoke?"],
)
const segment = fc.constantFrom(
  "orders",
  "a",
  "b",
  "*",
  "*",
  "*",
  "?*",
  "?",
  "a*",
  "*b",
  "a:b",
  "$" + "{*}",
  "$" + "{?}",
  "A",
)
const method = fc.constantFrom("GET", "POST", "*", "G?T", "$connect")
const path = fc.array(segment, { maxLength: 4 }).map((parts) => parts.join("/"))
const pattern = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(method, path).map(([verb, rest]) => `${base}/${verb}/${rest}`) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      ...[
        "*",
        `${base}/*`,
        `${base}/$connect`,
        `arn:aws:execute-api:*:*:*`,
        `arn:*:execute-api:*:*:abc123def4/*/GET/a`,
      ],
      ...["arn:aws:execute-api:us-east-1:*:*", `arn:aws:execute-api:eu-west-1:${account}:abc123def4/pro?/GET/*`],
    ),
  },
)
const lists = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | T[]> =>
  fc.oneof(one, fc.array(one, { minLength: 1, maxLength: 3 }))
// Without 0.0.0.0/0: the oracle shifts by 32 bits there, which is no shift, and takes it for 0.0.0.0/32.
const address = fc.constantFrom("192.0.2.0/24", "192.0.2.7", "192.0.2.7/32", "198.51.100.0/24", "128.0.0.0/1")
const agent = fc.constantFrom("curl/8", "curl/*", "*", "Mozilla*", "c?rl/8")
const moment = fc.constantFrom("2026-11-30T09:00:00Z", "2026-11-30T11:00:00Z", "2026-11-30T10:00:00Z")
const condition = fc.oneof(
  fc.record({ IpAddress: fc.record({ "aws:SourceIp": lists(address) }) }),
  fc.record({ NotIpAddress: fc.record({ "aws:SourceIp": lists(address) }) }),
  fc.record({ StringEquals: fc.record({ "aws:UserAgent": lists(fc.constantFrom("curl/8", "CURL/8", "other")) }) }),
  fc.record({ StringNotEquals: fc.record({ "aws:UserAgent": lists(fc.constantFrom("curl/8", "other")) }) }),
  fc.record({ StringLike: fc.record({ "aws:UserAgent": lists(agent) }) }),
  fc.record({ StringNotLike: fc.record({ "aws:UserAgent": lists(agent) }) }),
  fc.record({ DateGreaterThan: fc.record({ "aws:CurrentTime": moment }) }),
  fc.record({ DateLessThan: fc.record({ "AWS:currenttime": moment }) }),
  fc.record({ Bool: fc.record({ "aws:SecureTransport": fc.constantFrom("true", "false") }) }),
  fc.record({ StringEquals: fc.record({ "aws:Referer": fc.constant("absent") }) }),
)
const statement = fc
  .record({
    effect: fc.constantFrom("Allow", "Deny"),
    actions: lists(action),
    notAction: fc.integer({ min: 0, max: 9 }).map((roll) => roll === 0),
    resources: lists(pattern),
    notResource: fc.integer({ min: 0, max: 9 }).map((roll) => roll === 0),
    conditions: fc.option(condition, { nil: undefined, freq: 4 }),
  })
  .map(({ effect, actions, notAction, resources, notResource, conditions }) => ({
    Effect: effect,
    [notAction ? "NotAction" : "Action"]: actions,
    [notResource ? "NotResource" : "Resource"]: resources,
    ...(conditions && { Condition: conditions }),
  }))
const policy = fc
  .oneof(statement, fc.array(statement, { minLength: 1, maxLength: 5 }))
  .map((Statement) => ({ Version: "2012-10-17", Statement }))
// Without * and ?, which the oracle takes for wildcards in the ARN that is asked for, too; without the root and
// $connect, which it does not take for resources of the action.
const arn = fc
  .tuple(
    fc.constantFrom("GET", "POST", "DELETE"),
    fc.array(fc.constantFrom("orders", "a", "b", "ab", "a:b", "A", "A b"), { minLength: 1, maxLength: 3 }),
  )
  .map(([verb, parts]) => `${base}/${verb}/${parts.join("/")}`)

const context = {
  "aws:SourceIp": "192.0.2.7",
  "aws:SecureTransport": "true",
  "aws:UserAgent": "curl/8",
  "aws:CurrentTime": "2026-11-30T10:00:00Z",
}
const verdicts: { readonly [result: string]: PolicyVerdict } = {
  Allowed: "allow",
  ImplicitlyDenied: "silent",
  ExplicitlyDenied: "deny",
}

/** The verdict of an IAM evaluator that knows nothing of this project. */
async function oracle(document: object, resource: string): Promise<PolicyVerdict | undefined> {
  const simulated = await runSimulation(
    {
      request: {
        principal: `arn:aws:iam::${account}:user/tester`,
        action: "execute-api:Invoke",
        resource: { resource, accountId: account },
        contextVariables: context,
      },
      identityPolicies: [{ name: "answer", policy: document }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  )
  return "overallResult" in simulated ? verdicts[String(simulated.overallResult)] : undefined
}

describe("16-2: the local gateway's evaluator", () => {
  it("agrees with @cloud-copilot/iam-simulate on random policies, 10,000 of them in a long run", async () => {
    const seen = { allow: 0, deny: 0, silent: 0, unjudged: 0 }
    const property = fc.asyncProperty(policy, arn, async (document, resource) => {
      const expected = await oracle(document, resource)
      if (expected === undefined) {
        seen.unjudged++
        return
      }
      const { verdict } = evaluatePolicy(document, resource, context)
      expect(verdict, JSON.stringify({ document, resource })).toBe(expected)
      seen[verdict as "allow"]++
    })
    await fc.assert(property, seeded("evaluator", { numRuns: 1000 }))
    console.info(`verdicts compared: ${JSON.stringify(seen)}`)
    // A comparison that only meets one verdict, or that the oracle refuses to judge, says nothing.
    for (const verdict of ["allow", "deny", "silent"] as const)
      expect(seen[verdict], verdict).toBeGreaterThan(worth(30))
    expect(seen.unjudged).toBeLessThan(50)
  })
})
