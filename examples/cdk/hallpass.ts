import { fileURLToPath } from "node:url"
import { Duration, Stack } from "aws-cdk-lib"
import { RequestAuthorizer, TokenAuthorizer } from "aws-cdk-lib/aws-apigateway"
import { CfnAuthorizer } from "aws-cdk-lib/aws-apigatewayv2"
import { Effect, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam"
import { Architecture, Code, Function as LambdaFunction, LoggingFormat, Runtime, Tracing } from "aws-cdk-lib/aws-lambda"
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs"
import { Construct } from "constructs"
// In a project of your own: from "hallpass/policy".
import {
  type ApiSettings,
  type AuthorizerConfig,
  compilePolicy,
  type GatewaySettings,
  gatewaySettings,
} from "../../src/policy.ts"

export interface HallpassProps {
  /** The whole configuration; docs/configuration.md explains it. Check it with `hallpass check` before you deploy it. */
  readonly configuration: AuthorizerConfig
  /** The folder that `npm run build` writes. @default build/ of this checkout */
  readonly bundle?: string
  /**
   * Whether the invoke role demands `aws:SourceAccount`. Choose `true` only if you have tried it: if API Gateway does not
   * send that key, every request gets 500. @default false
   */
  readonly invokeRoleDemandsAccount?: boolean
}

/**
 * The authorizer as template.yaml deploys it: its function, the role that API Gateway calls it with, and an authorizer for
 * each API. Type, TTL, identity sources and form of answers of the authorizers follow from the configuration.
 */
export class Hallpass extends Construct {
  readonly handler: LambdaFunction
  readonly invokeRole: Role
  /** What the authorizers are set to; the same that `hallpass check` prints. */
  readonly settings: GatewaySettings

  constructor(scope: Construct, id: string, props: HallpassProps) {
    super(scope, id)
    compilePolicy(props.configuration) // throws, with every problem, if settings cannot be derived
    this.settings = gatewaySettings(props.configuration)
    this.handler = this.#function(props)
    const conditions = { StringEquals: { "aws:SourceAccount": Stack.of(this).account } }
    this.invokeRole = new Role(this, "InvokeRole", {
      description: "Lets API Gateway call the authorizer of hallpass",
      // API Gateway was seen to leave aws:SourceAccount out. A trust policy that demands it then refuses API Gateway.
      assumedBy: new ServicePrincipal(
        "apigateway.amazonaws.com",
        props.invokeRoleDemandsAccount === true ? { conditions } : {},
      ),
    })
    this.handler.grantInvoke(this.invokeRole) // the function's ARN, its versions and aliases
  }

  /** An authorizer for methods of a REST API. @throws Error if a REST API cannot use the configuration */
  restAuthorizer(id: string): RequestAuthorizer | TokenAuthorizer {
    const { rest, resultTtlSeconds } = this.settings
    const identitySources = usable(rest, "A REST")
    const common = {
      handler: this.handler,
      assumeRole: this.invokeRole,
      resultsCacheTtl: Duration.seconds(resultTtlSeconds),
    }
    if (rest.authorizerTypes.includes("REQUEST"))
      return new RequestAuthorizer(this, id, { ...common, identitySources: [...identitySources] })
    return new TokenAuthorizer(this, id, { ...common, identitySource: identitySources.join(",") })
  }

  /** An authorizer for routes of an HTTP API. @throws Error if an HTTP API cannot use the configuration */
  httpAuthorizer(id: string, apiId: string): CfnAuthorizer {
    const { http, resultTtlSeconds } = this.settings
    // The CDK's own class has no role; with this one the function needs no permission per API.
    return new CfnAuthorizer(this, id, {
      ...this.#requestAuthorizer(apiId, usable(http, "An HTTP")),
      authorizerPayloadFormatVersion: "2.0",
      enableSimpleResponses: http.simpleResponses,
      authorizerResultTtlInSeconds: resultTtlSeconds,
    })
  }

  /** An authorizer for `$connect`. @throws Error if a WebSocket API cannot use the configuration */
  webSocketAuthorizer(id: string, apiId: string): CfnAuthorizer {
    return new CfnAuthorizer(this, id, this.#requestAuthorizer(apiId, usable(this.settings.websocket, "A WebSocket")))
  }

  #requestAuthorizer(apiId: string, identitySource: readonly string[]) {
    const { partition, region } = Stack.of(this)
    return {
      apiId,
      name: "hallpass",
      authorizerType: "REQUEST",
      authorizerUri: `arn:${partition}:apigateway:${region}:lambda:path/2015-03-31/functions/${this.handler.functionArn}/invocations`,
      authorizerCredentialsArn: this.invokeRole.roleArn,
      identitySource: [...identitySource],
    }
  }

  #function({ configuration, bundle }: HallpassProps): LambdaFunction {
    const logGroup = new LogGroup(this, "Logs", { retention: RetentionDays.ONE_MONTH })
    // Given a role, the CDK attaches no managed policy.
    const role = new Role(this, "ExecutionRole", { assumedBy: new ServicePrincipal("lambda.amazonaws.com") })
    role.addToPolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
        resources: [logGroup.logGroupArn],
      }),
    )
    return new LambdaFunction(this, "Function", {
      description: "hallpass, a Lambda authorizer for API Gateway",
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(bundle ?? fileURLToPath(new URL("../../build", import.meta.url))),
      handler: "authorizer.handler",
      memorySize: 512,
      timeout: Duration.seconds(9), // HTTP APIs give up after 10 seconds, whatever is configured
      role,
      tracing: Tracing.ACTIVE,
      logGroup,
      loggingFormat: LoggingFormat.TEXT, // the records are JSON already, and metrics (EMF) have to stay as they are
      environment: {
        HALLPASS_CONFIG: JSON.stringify(configuration),
        POWERTOOLS_SERVICE_NAME: Stack.of(this).stackName,
        POWERTOOLS_METRICS_NAMESPACE: "hallpass",
        POWERTOOLS_LOG_LEVEL: "INFO",
      },
    })
  }
}

function usable({ identitySources, impossible }: ApiSettings, kind: string): readonly string[] {
  if (impossible !== undefined) throw new Error(`${kind} API cannot use this configuration: ${impossible}`)
  return identitySources
}
