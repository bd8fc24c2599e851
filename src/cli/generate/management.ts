import { type CommandLine, textOption, UsageError } from "../frame/command.ts"
import type { Generated } from "./execution.ts"
import { fitting, formed, needed } from "./target.ts"

const version = "2012-10-17"
const maxCharacters = 6144
const verbs = (...names: readonly string[]): readonly string[] => names.map((name) => `apigateway:${name}`)
const managed = (document: object): object =>
  fitting(document, maxCharacters, "a managed policy", "use fewer statements")

/** What people may do to one API: read it, deploy it, or administer it. */
export function managementPolicy(line: CommandLine): Generated {
  const role = textOption(line, "role")
  if (role === undefined) throw new UsageError("management-policy needs --role read, deploy or admin")
  const region = needed(line, "region", "management-policy")
  const apiId = needed(line, "apiId", "management-policy")
  const stage = formed(line, "stage") ?? "*"
  const at = (path: string): string => `arn:${formed(line, "partition") ?? "aws"}:apigateway:${region}::${path}`
  const apis = ["/restapis", "/apis"].map((collection) => `${collection}/${apiId}`)
  const whole = apis.flatMap((api) => [at(api), at(`${api}/*`)])
  const each = (path: string): readonly string[] => apis.map((api) => at(api + path))
  const read = { Sid: "Read", Effect: "Allow", Action: verbs("GET"), Resource: whole }
  const deploy = [
    { Sid: "Deploy", Effect: "Allow", Action: verbs("POST"), Resource: each("/deployments") },
    { Sid: "ChangeStage", Effect: "Allow", Action: verbs("PATCH"), Resource: each(`/stages/${stage}`) },
    {
      ...{ Sid: "ForgetAnswers", Effect: "Allow", Action: verbs("DELETE") },
      Resource: each(`/stages/${stage}/cache/authorizers`),
    },
  ]
  const admin = [
    { Sid: "Administer", Effect: "Allow", Action: verbs("POST", "PUT", "PATCH", "DELETE"), Resource: whole },
    { Sid: "ChangeResourcePolicy", Effect: "Allow", Action: ["apigateway:UpdateRestApiPolicy"], Resource: whole },
    {
      ...{ Sid: "DenyOpenRoutes", Effect: "Deny", Action: verbs("POST", "PUT", "PATCH"), Resource: whole },
      Condition: { "ForAnyValue:StringEqualsIgnoreCase": { "apigateway:Request/RouteAuthorizationType": "NONE" } },
    },
  ]
  const statements = { read: [read], deploy: [read, ...deploy], admin: [read, ...admin] }[role]
  if (statements === undefined) throw new UsageError("--role is read, deploy or admin")
  const isAdmin = role === "admin"
  return {
    document: managed({ Version: version, Statement: statements }),
    notes: [
      "The id is that of a REST, HTTP or WebSocket API: the other forms match nothing.",
      ...(isAdmin
        ? [
            "DenyOpenRoutes refuses to make a route without an authorizer. It also refuses OPTIONS methods for CORS and WebSocket " +
              "routes other than $connect: let a deployment role of its own make those.",
            "Whether a PATCH from CUSTOM to NONE carries the key is not documented: watch UpdateMethod, too.",
          ]
        : []),
    ],
  }
}

/** Rights by tag: people may change the APIs that carry the tag, and not the tag. */
export function abacPolicy(line: CommandLine): Generated {
  const tag = needed(line, "tag", "abac-policy")
  const at = tag.indexOf("=")
  const key = at < 0 ? tag : tag.slice(0, at)
  const value = at < 0 ? `\${aws:PrincipalTag/${key}}` : tag.slice(at + 1)
  if (key === "" || value === "" || key.toLowerCase().startsWith("aws:"))
    throw new UsageError(
      "--tag is KEY=VALUE, or KEY for the tag of the caller; keys that begin with aws: are AWS's own",
    )
  const region = formed(line, "region") ?? "*"
  const beginning = `arn:${formed(line, "partition") ?? "aws"}:apigateway:${region}::`
  const apis = ["/restapis/*", "/apis/*"].map((path) => beginning + path)
  return {
    document: managed({
      Version: version,
      Statement: [
        {
          ...{ Sid: "ReadTagged", Effect: "Allow", Action: verbs("GET"), Resource: apis },
          Condition: { StringEquals: { [`aws:ResourceTag/${key}`]: value } },
        },
        {
          ...{ Sid: "ChangeTagged", Effect: "Allow", Action: verbs("POST", "PUT", "PATCH", "DELETE"), Resource: apis },
          Condition: { StringEquals: { [`aws:ResourceTag/${key}`]: value } },
        },
        {
          ...{ Sid: "DenyTagging", Effect: "Deny", Action: verbs("POST", "PUT", "PATCH", "DELETE") },
          Resource: [`${beginning}/tags/*`],
        },
      ],
    }),
    notes: [
      "Tags decide about management calls only, never about who may invoke the API.",
      "Methods, authorizers, deployments and stages of a REST API count as tagged like their API. For HTTP and WebSocket APIs AWS " +
        "does not document that: try it before you rely on it.",
      "DenyTagging keeps people from tagging themselves into other APIs.",
    ],
  }
}

/** What WSO2's connector needs, in place of the administrator policies of its guide. */
export function wso2ConnectorPolicy(line: CommandLine): Generated {
  const kind = "wso2-connector-policy"
  const region = needed(line, "region", kind)
  const role = needed(line, "invokeRoleArn", kind)
  const partition = formed(line, "partition") ?? "aws"
  if (partition !== "aws")
    throw new UsageError("the connector writes arn:aws: into what it makes, so it works in the partition aws only")
  const tag = formed(line, "tag") ?? "managed-by"
  if (tag.includes("=")) throw new UsageError("--tag is the key alone here: APIs that carry it are not the connector's")
  const at = (path: string): string => `arn:${partition}:apigateway:${region}::${path}`
  return {
    document: managed({
      Version: version,
      Statement: [
        { Sid: "ImportAndList", Effect: "Allow", Action: verbs("GET", "POST"), Resource: at("/restapis") },
        {
          Sid: "ReplaceAndDelete",
          Effect: "Allow",
          Action: verbs("GET", "PUT", "DELETE"),
          Resource: at("/restapis/*"),
        },
        { Sid: "ChangeParts", Effect: "Allow", Action: verbs("POST", "PATCH", "PUT"), Resource: at("/restapis/*/*") },
        {
          ...{ Sid: "PassInvokeRole", Effect: "Allow", Action: "iam:PassRole", Resource: role },
          Condition: { StringEquals: { "iam:PassedToService": "apigateway.amazonaws.com" } },
        },
        {
          ...{ Sid: "DenyOtherApis", Effect: "Deny", Action: verbs("PUT", "PATCH", "POST", "DELETE") },
          ...{ Resource: at("/restapis/*"), Condition: { Null: { [`aws:ResourceTag/${tag}`]: "false" } } },
        },
      ],
    }),
    notes: [
      "It takes the place of AmazonAPIGatewayAdministrator, AWSLambda_FullAccess, and iam:PassRole and iam:GetRole on every role.",
      `DenyOtherApis protects APIs with a tag ${tag}. The connector tags nothing: its own APIs stay writable.`,
      "It cannot be limited to API ids, because each import makes a new one.",
    ],
  }
}
