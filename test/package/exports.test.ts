import { globSync, readFileSync } from "node:fs"
import { basename } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, test } from "vitest"

const root = fileURLToPath(new URL("../..", import.meta.url))
const doors = globSync("src/*.ts", { cwd: root }).map((path) => basename(path, ".ts"))

/** What each door exports. A change here is a change of the public contract: it belongs into CHANGELOG.md. */
const contract: { readonly [door: string]: { readonly values: readonly string[]; readonly types: readonly string[] } } =
  {
    index: {
      values: [
        "ConfigurationError",
        "SnapshotFailed",
        "TokenRefused",
        "Unavailable",
        "configFromEnvironment",
        "createAuthorizer",
        "loadAuthorizer",
        "loadFromEnvironment",
        "parseStrictJson",
        "takeKeySnapshot",
      ],
      types: [
        "AccessRequest",
        "AdfsIssuer",
        "Auth0Issuer",
        "Authorizer",
        "AuthorizerAnswer",
        "AuthorizerConfig",
        "AuthorizerContext",
        "AuthorizerParts",
        "CacheOptions",
        "ClaimDemand",
        "ClaimPath",
        "ClaimValue",
        "Claims",
        "CognitoIssuer",
        "ConfigurationProblem",
        "CredentialOptions",
        "CustomCheck",
        "Decision",
        "DecisionRecord",
        "Demand",
        "EntraB2cIssuer",
        "EntraExternalIdIssuer",
        "EntraIssuer",
        "EventKind",
        "ExecuteApiArn",
        "ExistingAuthorizer",
        "FetchKeySet",
        "FetchLimits",
        "FetchedDocument",
        "ForbiddenCode",
        "GatewayOptions",
        "IssuerConfig",
        "IssuerOptions",
        "KeyEventRecord",
        "KeyFetchRecord",
        "KeyOptions",
        "KeySetRecord",
        "KeySnapshot",
        "MissingDemands",
        "ObserveOptions",
        "Observer",
        "OidcIssuer",
        "OktaIssuer",
        "Outcome",
        "PolicyAnswer",
        "PolicyDocument",
        "PolicyStatement",
        "Principal",
        "PrincipalKind",
        "ProviderName",
        "ReasonCode",
        "RequestKind",
        "RouteRule",
        "ShadowOptions",
        "SimpleAnswer",
        "StageName",
        "TraceEntry",
        "UnauthenticatedCode",
        "UnavailableCode",
        "VerifierConfig",
        "Wso2Issuer",
      ],
    },
    observe: {
      values: ["createPowertoolsObserver", "describeReason", "principalId", "recordHash"],
      types: [
        "DecisionDetails",
        "DecisionLatency",
        "DecisionRecord",
        "DisagreementRecord",
        "FaultRecord",
        "KeyEventRecord",
        "KeyFetchRecord",
        "KeySetRecord",
        "ObserveOptions",
        "Observer",
        "PowertoolsObserver",
        "PowertoolsObserverOptions",
        "ReasonDescription",
      ],
    },
    http: {
      values: ["createAuthorizationServer", "fastifyGuard", "guard", "honoGuard"],
      types: [
        "AuthorizationServer",
        "AuthorizationServerOptions",
        "AuthorizerConfig",
        "AuthorizerParts",
        "Dialect",
        "FastifyReplyLike",
        "FastifyRequestLike",
        "Guard",
        "GuardedIdentity",
        "GuardedRequest",
        "GuardedResponse",
        "HonoContextLike",
        "LoadPackage",
        "OptionalPackage",
        "ServiceParts",
        "ServiceTls",
      ],
    },
    edge: {
      values: ["RotationFailed", "edgeV1Signature", "edgeV1Text", "rotateEdgeSecret", "signEdgeRequest"],
      types: [
        "CertificateField",
        "DnMode",
        "EdgeEvidence",
        "EdgeHeaders",
        "EdgeOptions",
        "EdgeV1Request",
        "EdgeV1Signing",
        "FetchSecret",
        "HeaderFormat",
        "HeaderOption",
        "HeaderOptions",
        "HmacEvidence",
        "JwsEvidence",
        "MtlsEvidence",
        "RotationParts",
        "SecretReference",
        "SharedSecretEvidence",
      ],
    },
    openapi: {
      values: ["ConfigurationError", "routesFromOpenApi"],
      types: [
        "AuthorizerSource",
        "ConfigurationProblem",
        "OpenApiOptions",
        "OpenApiRemark",
        "OpenApiRoutes",
        "OpenApiSource",
        "RouteRule",
        "RoutesSource",
      ],
    },
    policy: {
      values: [
        "ConfigurationError",
        "accessMatrix",
        "answerTableHash",
        "callersOfCases",
        "claimedId",
        "comparePolicies",
        "compareSettings",
        "compilePolicy",
        "configurationWarnings",
        "diagnose",
        "formatExecuteApiArn",
        "gatewaySettings",
        "parseExecuteApiArn",
        "readAnswerName",
      ],
      types: [
        "AccessMatrix",
        "AnswerName",
        "AnswerTable",
        "ApiSettings",
        "AuthorizerConfig",
        "CompiledPolicy",
        "CompiledRoute",
        "ConfigurationProblem",
        "Conflict",
        "Diagnosis",
        "DiagnosisFinding",
        "DiagnosisGrade",
        "DiagnosisOptions",
        "EdgeDiagnosis",
        "ExecuteApiArn",
        "Exposure",
        "FunctionDiagnosis",
        "FunctionSettings",
        "GatewaySettings",
        "IssuerDiagnosis",
        "MatrixCaller",
        "MatrixCell",
        "PolicyChange",
        "PolicyConfig",
        "PolicyDocument",
        "PolicyStatement",
        "Principal",
        "RouteRule",
        "SettingChange",
        "SideVerdict",
        "TokenDiagnosis",
      ],
    },
    testing: {
      values: ["CasesError", "caseTests", "createTestIssuer", "explainCase", "runCases", "tokenDefects"],
      types: [
        "CaseCaller",
        "CaseResult",
        "CaseTest",
        "Cases",
        "CasesReport",
        "Expectation",
        "IssuerConfig",
        "TestClaims",
        "TestIssuer",
        "TestIssuerOptions",
        "TestJwk",
        "TokenDefect",
      ],
    },
    verify: {
      values: ["ConfigurationError", "TokenRefused", "Unavailable", "createVerifier"],
      types: [
        "Claims",
        "ConfigurationProblem",
        "FetchKeySet",
        "FetchLimits",
        "FetchedDocument",
        "IssuerConfig",
        "KeyEventRecord",
        "KeyFetchRecord",
        "KeySetRecord",
        "KeySnapshot",
        "Observer",
        "Principal",
        "PrincipalKind",
        "ProviderName",
        "ReasonCode",
        "TokenVerifier",
        "VerifierConfig",
        "VerifierParts",
      ],
    },
  }

/** Names that a door exports as types; at run time they leave no trace. */
function typesOf(source: string): string[] {
  return [...source.matchAll(/^export (type )?\{([^}]*)\} from /gm)].flatMap(([, all, names = ""]) =>
    names
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== "" && (all !== undefined || name.startsWith("type ")))
      .map((name) => name.replace(/^type /, "").replace(/^.* as /, "")),
  )
}

describe("each door exports exactly", () => {
  test.each(Object.entries(contract))("%s", async (door, { values, types }) => {
    expect(Object.keys(await import(`../../src/${door}.ts`)).sort()).toEqual(values)
    expect(typesOf(readFileSync(`${root}/src/${door}.ts`, "utf8")).sort()).toEqual(types)
  })
})

test("every door is a subpath of the package, and every subpath a door", () => {
  const { exports } = JSON.parse(readFileSync(`${root}/package.json`, "utf8"))
  const expected = Object.fromEntries(
    doors.map((door) => [
      door === "index" ? "." : `./${door}`,
      { types: `./dist/${door}.d.ts`, default: `./dist/${door}.js` },
    ]),
  )
  expect(exports).toEqual({ ...expected, "./package.json": "./package.json" })
  expect(Object.keys(contract).sort()).toEqual(doors.sort())
})
