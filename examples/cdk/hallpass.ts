import { fileURLToPath } from "node:url"
import { Duration, Stack } from "aws-cdk-lib"
import { Effect, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam"
import { Architecture, Code, Function as LambdaFunction, LoggingFormat, Runtime, Tracing } from "aws-cdk-lib/aws-lambda"
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs"
import { Construct } from "constructs"

export interface HallpassProps {
  /** The whole configuration; docs/configuration.md explains it. */
  readonly configuration: object
  /** The folder that `npm run build` writes. @default build/ of this checkout */
  readonly bundle?: string
  /**
   * Whether the invoke role demands `aws:SourceAccount`. Choose `true` only if you have tried it: if API Gateway does not
   * send that key, every request gets 500. @default false
   */
  readonly invokeRoleDemandsAccount?: boolean
}

/** The authorizer as template.yaml deploys it: its function, and the role that API Gateway calls it with. */
export class Hallpass extends Construct {
  readonly handler: LambdaFunction
  readonly invokeRole: Role

  constructor(
    scope: Construct,
    id: string,
    { configuration, bundle, invokeRoleDemandsAccount: demandAccount = false }: HallpassProps,
  ) {
    super(scope, id)
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
    this.handler = new LambdaFunction(this, "Function", {
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
    const conditions = { StringEquals: { "aws:SourceAccount": Stack.of(this).account } }
    this.invokeRole = new Role(this, "InvokeRole", {
      description: "Lets API Gateway call the authorizer of hallpass",
      // API Gateway was seen to leave aws:SourceAccount out. A trust policy that demands it then refuses API Gateway.
      assumedBy: new ServicePrincipal("apigateway.amazonaws.com", demandAccount ? { conditions } : {}),
    })
    this.handler.grantInvoke(this.invokeRole) // the function's ARN, its versions and aliases
  }
}
