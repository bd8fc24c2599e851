import { describe, expect, it } from "vitest"
import { createLatticeVerifier, type LatticeOptions, type ReceivedRequest } from "../../src/aws.ts"
import type { ConfigurationError } from "../../src/index.ts"
import { recorded } from "./recorded.ts"

// 18, section 8, "ALB, AppSync, …": one recorded event in, the exact caller out. The headers are those of a target that
// is reached over HTTP: the first as a public sample of AWS shows them, with account 123456789012.

const account = "123456789012"
const service = `arn:aws:vpc-lattice:us-east-2:${account}:service/svc-0a40eebed65f8d69c`
const network = `arn:aws:vpc-lattice:us-east-2:${account}:servicenetwork/sn-0bf3f2882e9cc805a`
const group = `arn:aws:vpc-lattice:us-east-2:${account}:targetgroup/tg-6d0ecf831eec9f09`
const session = "057d00f8b51257ba3c853a0f248943cf"
const principal = `arn:aws:sts::${account}:assumed-role/example-role/${session}`
const role = `arn:aws:iam::${account}:role/example-role`
const vpc = `arn:aws:ec2:us-east-2:${account}:vpc/vpc-0b8276c84697e7339`
const organizationId = "o-a1b2c3d4e5"

const headers = {
  "x-amzn-lattice-identity": `Principal=${principal}; PrincipalOrgID=${organizationId}; SessionName=${session}; Type=AWS_IAM`,
  "x-amzn-lattice-network": `SourceVpcArn=${vpc}`,
  "x-amzn-lattice-target": `ServiceArn=${service}; ServiceNetworkArn=${network}; TargetGroupArn=${group}`,
}

const outcome = (options: Partial<LatticeOptions>, received: unknown): Promise<string> =>
  createLatticeVerifier({ services: [service], ...options })
    .verify(received as ReceivedRequest)
    .then(
      () => "ok",
      ({ name, code }) => `${name} ${code}`,
    )

describe("18: VPC Lattice, the recorded event of a Lambda target", () => {
  const event = recorded("powertools-py__vpcLatticeV2EventWithHeaders") as {
    requestContext: { identity: { [name: string]: unknown } }
  }
  const withIdentity = (changes: object): object => ({
    ...event,
    requestContext: { ...event.requestContext, identity: { ...event.requestContext.identity, ...changes } },
  })

  it("has the caller", async () => {
    const verifier = createLatticeVerifier({ services: [service], principals: [principal], roles: [role] })
    const caller = await verifier.verify(event)
    expect(caller).toEqual({
      type: "AWS_IAM",
      principal,
      sessionName: session,
      sourceVpcArn: "arn:aws:ec2:region:123456789012:vpc/vpc-0b8276c84697e7339",
      serviceArn: service,
      serviceNetworkArn: network,
      targetGroupArn: group,
      x509: { sanDns: "example.com" },
    })
    expect([caller, caller.x509].every(Object.isFrozen)).toBe(true)
  })

  it("has the organization where it is named, and may have no identity", async () => {
    expect(await outcome({ organizationId }, withIdentity({ principalOrgID: organizationId }))).toBe("ok")
    expect(await outcome({ organizationId }, event)).toBe("TokenRefused tenant_not_allowed")
    const unsigned = { ...event, requestContext: { serviceArn: service, identity: { sourceVpcArn: vpc } } }
    expect(await createLatticeVerifier({ services: [service], sourceVpcs: [vpc] }).verify(unsigned)).toEqual({
      serviceArn: service,
      sourceVpcArn: vpc,
    })
    expect(await outcome({ roles: [role] }, unsigned)).toBe("TokenRefused edge_evidence_missing")
  })

  it("is read without its headers, which a client may send", async () => {
    const forged = { version: "2.0", headers, requestContext: { serviceArn: service, identity: {} } }
    expect(await outcome({ principals: [principal] }, forged)).toBe("TokenRefused edge_evidence_missing")
    expect(await outcome({ principals: [principal] }, { headers, requestContext: {} })).toMatch(/evidence_missing$/)
  })

  it("counts as signed only with its type", async () => {
    expect(await outcome({ roles: [role] }, withIdentity({ type: "" }))).toBe("TokenRefused edge_evidence_missing")
    expect(await outcome({ roles: [role] }, withIdentity({ type: "NONE" }))).toBe("TokenRefused edge_header_malformed")
  })
})

describe("18: VPC Lattice, the headers of a target over HTTP", () => {
  const all = { principals: [principal], roles: [role], organizationId, sourceVpcs: [vpc] }

  it("have the caller", async () => {
    const verifier = createLatticeVerifier({ services: [service], ...all })
    expect(await verifier.verify(headers)).toEqual({
      ...{ type: "AWS_IAM", principal, organizationId, sessionName: session, sourceVpcArn: vpc, serviceArn: service },
      ...{ serviceNetworkArn: network, targetGroupArn: group },
    })
  })

  it("have the caller as headers of the Fetch standard too", async () => {
    const verifier = createLatticeVerifier({ services: [service], ...all })
    expect(await verifier.verify(new Headers(headers))).toMatchObject({ principal })
  })

  it("may have the documented form, empty values, new fields and a certificate of Roles Anywhere", async () => {
    const documented = {
      "X-Amzn-Lattice-Identity": `X509SAN/DNS=a.example;X509Subject/CN=a=b;New-Field=1;PrincipalOrgID=;Principal=${principal};`,
      "X-Amzn-Lattice-Target": `TargetGroupArn=${group};ServiceArn=${service}`,
    }
    expect(await createLatticeVerifier({ services: [service], roles: [role] }).verify(documented)).toEqual({
      ...{ type: "AWS_IAM", principal, serviceArn: service, targetGroupArn: group },
      x509: { sanDns: "a.example", subjectCn: "a=b" },
    })
  })

  it.each([
    ["another service", { services: [service.replace("9c", "9d")] }, "edge_evidence_missing"],
    ["another principal", { principals: [principal.replace("47f", "47e").replace("3cf", "3ce")] }, "claim_required"],
    ["another role", { roles: [role.replace("example", "other")] }, "claim_required"],
    ["the role of another account", { roles: [role.replace(account, "210987654321")] }, "claim_required"],
    ["a role whose name begins the same", { roles: [`${role}-2`] }, "claim_required"],
    ["another organization", { organizationId: "o-0000000000" }, "tenant_not_allowed"],
    ["another VPC", { sourceVpcs: [vpc.replace("339", "338")] }, "edge_network_refused"],
  ])("are refused for %s", async (_what, options, code) => {
    expect(await outcome({ ...all, ...options }, headers)).toBe(`TokenRefused ${code}`)
  })

  it.each([
    ["the target", "x-amzn-lattice-target", "edge_evidence_missing"],
    ["the identity", "x-amzn-lattice-identity", "edge_evidence_missing"],
    ["the network", "x-amzn-lattice-network", "edge_network_refused"],
  ])("are refused without %s", async (_what, name, code) => {
    expect(await outcome(all, { ...headers, [name]: undefined })).toBe(`TokenRefused ${code}`)
    expect(await outcome(all, { ...headers, [name]: "" })).toBe(`TokenRefused ${code}`)
  })

  it("need only what is demanded", async () => {
    const { "x-amzn-lattice-identity": _, ...unsigned } = headers
    expect(await outcome({ sourceVpcs: [vpc] }, unsigned)).toBe("ok")
    const { "x-amzn-lattice-network": _network, ...signed } = headers
    expect(await outcome({ roles: [role] }, signed)).toBe("ok")
  })
})

describe("18: VPC Lattice, options", () => {
  const problemsOf = (options: unknown): readonly string[] => {
    try {
      createLatticeVerifier(options as LatticeOptions)
      return []
    } catch (error) {
      return (error as ConfigurationError).problems.map(({ path, message }) => `${path} ${message}`)
    }
  }

  it("are all checked at once, with path and remedy", () => {
    const wrong = {
      services: [group],
      principals: ["*"],
      roles: [`${role}/path`],
      organizationId: "acme",
      sourceVpc: 1,
    }
    const found = problemsOf(wrong)
    expect(found.map((text) => text.split(" ")[0])).toEqual([
      ...["sourceVpc", "services[0]", "principals[0]", "roles[0]", "organizationId"],
    ])
    expect(found[1]).toBe(
      "services[0] must be the ARN of a service, for example arn:aws:vpc-lattice:eu-west-1:123456789012:service/svc-0a40eebed65f8d69c",
    )
  })

  it("must say who may call", () => {
    expect(problemsOf({ services: [service] })).toEqual([
      "principals must be set, or roles, organizationId or sourceVpcs: nothing says who may call",
    ])
    expect(problemsOf({ services: [service], principals: [] })).toHaveLength(1)
  })

  it.each([
    ["nothing", undefined],
    ["no services", { roles: [role] }],
    ["an empty list", { services: [], roles: [role] }],
    ["a wildcard in a service", { services: [`${service.slice(0, -2)}*`], roles: [role] }],
    ["a wildcard in a principal", { services: [service], principals: [`arn:aws:sts::${account}:assumed-role/a/*`] }],
    ["a line break in a VPC", { services: [service], sourceVpcs: [`${vpc}\n`] }],
  ])("that are %s are refused", (_what, options) => {
    expect(problemsOf(options)).toHaveLength(1)
  })
})
