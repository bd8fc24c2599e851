import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { Duration, Stack } from "aws-cdk-lib"
import { type IAuthorizer, RequestAuthorizer, TokenAuthorizer } from "aws-cdk-lib/aws-apigateway"
import {
  CfnAuthorizer,
  type HttpRouteAuthorizerBindOptions,
  type HttpRouteAuthorizerConfig,
  type IHttpRouteAuthorizer,
  type IWebSocketRouteAuthorizer,
  type WebSocketRouteAuthorizerBindOptions,
  type WebSocketRouteAuthorizerConfig,
} from "aws-cdk-lib/aws-apigatewayv2"
import { Effect, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam"
import { Architecture, Code, Function as LambdaFunction, LoggingFormat, Runtime, Tracing } from "aws-cdk-lib/aws-lambda"
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs"
import { Construct } from "constructs"
import { createAuthorizer } from "../authorizer/create.ts"
import { type ApiSettings, type GatewaySettings, gatewaySettings } from "../configuration/gateway-settings.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"

/** What the construct is made of. */
export interface HallpassAuthorizerProps {
  /** The whole configuration, see docs/configuration.md. What the authorizers are set to follows from it. */
  readonly config: AuthorizerConfig
  /** A folder that `hallpass bundle` or `npm run build` has written. @default the bundle of the installed package */
  readonly bundle?: string
  /** MB; more memory is a larger share of a processor. @default 512, 128 to 10240 */
  readonly memoryMb?: number
  /** Executions at a time that are kept for the authorizer, and its limit. @default none */
  readonly reservedConcurrency?: number
  /**
   * Whether the invoke role demands `aws:SourceAccount`. Choose `true` only if you have tried it: if API Gateway does
   * not send that key, every request gets 500. @default false
   */
  readonly invokeRoleDemandsAccount?: boolean
}

/** Lambda takes 4 KB of variables in all; some of it is for the others. Bytes. */
const maxConfigBytes = 3500

/**
 * The authorizer in a stack of the AWS CDK: its function, the role that API Gateway calls it with, and an authorizer
 * for each kind of API. TTL, identity sources and form of answers follow from the configuration, so that they cannot
 * differ.
 *
 * @throws ConfigurationError with every problem at once; Error if the configuration is too large for a variable
 * @example
 * ```ts
 * import { App, Stack } from "aws-cdk-lib"
 * import { HttpApi } from "aws-cdk-lib/aws-apigatewayv2"
 * import { HallpassAuthorizer } from "hallpass/cdk"
 *
 * const stack = new Stack(new App(), "Orders")
 * const hallpass = new HallpassAuthorizer(stack, "Hallpass", {
 *   config: { issuers: [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }] },
 *   bundle: "bundle", // of hallpass bundle --out bundle; without it, the bundle of the package
 * })
 * new HttpApi(stack, "Api", { defaultAuthorizer: hallpass.http })
 * console.log(hallpass.settings.resultTtlSeconds) // 300
 * ```
 */
export class HallpassAuthorizer extends Construct {
  readonly function: LambdaFunction
  readonly invokeRole: Role
  /** What the authorizers are set to; the same that `hallpass check` prints. */
  readonly settings: GatewaySettings
  readonly #made = new Map<string, CfnAuthorizer>()
  #rest: IAuthorizer | undefined

  constructor(scope: Construct, id: string, props: HallpassAuthorizerProps) {
    super(scope, id)
    createAuthorizer(props.config) // throws if the function would refuse it
    this.settings = gatewaySettings(props.config)
    this.function = this.#functionOf(props)
    const conditions = { StringEquals: { "aws:SourceAccount": Stack.of(this).account } }
    this.invokeRole = new Role(this, "InvokeRole", {
      description: "Lets API Gateway call the authorizer of hallpass",
      // API Gateway was seen to leave aws:SourceAccount out. A trust policy that demands it then refuses API Gateway.
      assumedBy: new ServicePrincipal(
        "apigateway.amazonaws.com",
        props.invokeRoleDemandsAccount === true ? { conditions } : {},
      ),
    })
    this.function.grantInvoke(this.invokeRole)
  }

  /**
   * The authorizer for methods of one REST API: `defaultMethodOptions: { authorizer: hallpass.rest }`.
   *
   * @throws Error if a REST API cannot use the configuration
   */
  get rest(): IAuthorizer {
    this.#rest ??= this.#restAuthorizer()
    return this.#rest
  }

  /**
   * The authorizer for routes of HTTP APIs: `defaultAuthorizer: hallpass.http`.
   *
   * @throws Error when it is bound, if an HTTP API cannot use the configuration
   */
  get http(): IHttpRouteAuthorizer {
    return {
      authorizationType: "CUSTOM",
      bind: ({ route }: HttpRouteAuthorizerBindOptions): HttpRouteAuthorizerConfig => {
        const { http, resultTtlSeconds } = this.settings
        const { ref } = this.#authorizerOf("Http", route.httpApi.apiId, usable(http, "An HTTP"), {
          authorizerPayloadFormatVersion: "2.0",
          enableSimpleResponses: http.simpleResponses,
          authorizerResultTtlInSeconds: resultTtlSeconds,
        })
        return { authorizerId: ref, authorizationType: "CUSTOM" }
      },
    } as IHttpRouteAuthorizer
  }

  /**
   * The authorizer for `$connect` of WebSocket APIs: `connectRouteOptions: { authorizer: hallpass.webSocket, … }`.
   *
   * @throws Error when it is bound, if a WebSocket API cannot use the configuration
   */
  get webSocket(): IWebSocketRouteAuthorizer {
    return {
      bind: ({ route }: WebSocketRouteAuthorizerBindOptions): WebSocketRouteAuthorizerConfig => {
        const sources = usable(this.settings.websocket, "A WebSocket")
        const { ref } = this.#authorizerOf("WebSocket", route.webSocketApi.apiId, sources, {})
        return { authorizerId: ref, authorizationType: "CUSTOM" }
      },
    }
  }

  #restAuthorizer(): IAuthorizer {
    const { rest, resultTtlSeconds } = this.settings
    const identitySources = usable(rest, "A REST")
    const resultsCacheTtl = Duration.seconds(resultTtlSeconds)
    const common = { handler: this.function, assumeRole: this.invokeRole, resultsCacheTtl }
    if (rest.authorizerTypes.includes("REQUEST"))
      return new RequestAuthorizer(this, "Rest", { ...common, identitySources: [...identitySources] })
    return new TokenAuthorizer(this, "Rest", { ...common, identitySource: identitySources.join(",") })
  }

  /** One for each API, however many routes it has. The CDK's own class has no role. */
  #authorizerOf(kind: string, apiId: string, identitySource: readonly string[], options: object): CfnAuthorizer {
    const known = this.#made.get(apiId)
    if (known !== undefined) return known
    const { partition, region } = Stack.of(this)
    const made = new CfnAuthorizer(this, `${kind}${this.#made.size === 0 ? "" : this.#made.size}`, {
      ...{ apiId, name: "hallpass", authorizerType: "REQUEST", identitySource: [...identitySource], ...options },
      authorizerUri: `arn:${partition}:apigateway:${region}:lambda:path/2015-03-31/functions/${this.function.functionArn}/invocations`,
      authorizerCredentialsArn: this.invokeRole.roleArn,
    })
    this.#made.set(apiId, made)
    return made
  }

  #functionOf({ config, bundle, memoryMb, reservedConcurrency }: HallpassAuthorizerProps): LambdaFunction {
    const folder = bundle ?? ownBundle()
    const variables = configurationVariables(config, folder)
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
      code: Code.fromAsset(folder),
      handler: "authorizer.handler",
      memorySize: memoryMb ?? 512,
      timeout: Duration.seconds(9), // HTTP APIs give up after 10 seconds, whatever is configured
      ...(reservedConcurrency !== undefined && { reservedConcurrentExecutions: reservedConcurrency }),
      ...{ role, tracing: Tracing.ACTIVE, logGroup },
      loggingFormat: LoggingFormat.TEXT, // the records are JSON already, and metrics (EMF) have to stay as they are
      environment: {
        ...variables,
        POWERTOOLS_SERVICE_NAME: Stack.of(this).stackName,
        POWERTOOLS_METRICS_NAMESPACE: "hallpass",
        POWERTOOLS_LOG_LEVEL: "INFO",
      },
    })
  }
}

/** The configuration as a variable, unless `hallpass bundle` has put the same one into the folder. */
function configurationVariables(config: AuthorizerConfig, folder: string): { readonly [name: string]: string } {
  const text = JSON.stringify(config)
  const file = join(folder, "configuration.json")
  if (existsSync(file) && readFileSync(file, "utf8") === text) return {}
  const bytes = Buffer.byteLength(text)
  if (bytes <= maxConfigBytes) return { HALLPASS_CONFIG: text }
  throw new Error(
    `the configuration has ${bytes} bytes, and ${maxConfigBytes} fit into a variable of Lambda: put it into the bundle with ` +
      "hallpass bundle --config FILE --out FOLDER, and name the folder with bundle",
  )
}

/** The bundle of the published package; in a clone, what `npm run build` writes. */
function ownBundle(): string {
  const places = ["../bundle", "../../build"].map((place) => fileURLToPath(new URL(place, import.meta.url)))
  const found = places.find((place) => existsSync(place))
  if (found === undefined) throw new Error("there is no bundle: run npm run build, or name a folder with bundle")
  return found
}

function usable({ identitySources, impossible }: ApiSettings, kind: string): readonly string[] {
  if (impossible !== undefined) throw new Error(`${kind} API cannot use this configuration: ${impossible}`)
  return identitySources
}
