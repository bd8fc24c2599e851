import { CfnOutput, Duration, Stack, type StackProps, Tags } from "aws-cdk-lib"
import {
  AuthorizationType,
  IdentitySource,
  MockIntegration,
  RequestAuthorizer,
  RestApi,
} from "aws-cdk-lib/aws-apigateway"
import {
  CfnAuthorizer,
  HttpApi,
  HttpAuthorizer,
  HttpMethod,
  HttpRoute,
  HttpRouteKey,
} from "aws-cdk-lib/aws-apigatewayv2"
import { HttpUrlIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations"
import type { Construct } from "constructs"
import { Hallpass } from "./hallpass.ts"

const resultTtlSeconds = 300

export interface ExampleProps extends StackProps {
  /** @default build/ of this checkout */
  readonly bundle?: string
}

/** hallpass in front of a REST and an HTTP API. */
export class ExampleStack extends Stack {
  constructor(scope: Construct, id: string, { bundle, ...props }: ExampleProps = {}) {
    super(scope, id, props)
    const hallpass = new Hallpass(this, "Hallpass", {
      ...(bundle !== undefined && { bundle }),
      configuration: {
        issuers: [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }],
        routes: { "GET /orders": { scopes: ["orders:read"] } },
        // The token is the cache key, so answers are policies that hold all that the caller may call.
        gateway: { resultTtlSeconds, responses: "policy", unauthorized: "deny" },
      },
    })

    const rest = new RestApi(this, "Rest", { cloudWatchRole: false, deployOptions: { tracingEnabled: true } })
    const authorizer = new RequestAuthorizer(this, "RestAuthorizer", {
      handler: hallpass.handler,
      assumeRole: hallpass.invokeRole,
      identitySources: [IdentitySource.header("Authorization")],
      resultsCacheTtl: Duration.seconds(resultTtlSeconds),
    })
    const orders = rest.root.addResource("orders")
    orders.addMethod("GET", new MockIntegration(), { authorizer, authorizationType: AuthorizationType.CUSTOM })

    const http = new HttpApi(this, "Http")
    // The CDK's own class has no role; with this one the function needs no permission per API.
    const httpAuthorizer = new CfnAuthorizer(this, "HttpAuthorizer", {
      apiId: http.apiId,
      name: "hallpass",
      authorizerType: "REQUEST",
      authorizerUri: `arn:${this.partition}:apigateway:${this.region}:lambda:path/2015-03-31/functions/${hallpass.handler.functionArn}/invocations`,
      authorizerCredentialsArn: hallpass.invokeRole.roleArn,
      authorizerPayloadFormatVersion: "2.0",
      enableSimpleResponses: false,
      authorizerResultTtlInSeconds: resultTtlSeconds,
      identitySource: ["$request.header.Authorization"],
    })
    const integration = new HttpUrlIntegration("Backend", "https://backend.example.com/orders")
    const attached = { authorizerId: httpAuthorizer.ref, authorizerType: "CUSTOM" }
    // $default as well: what no route names would be open otherwise.
    const keys = { Orders: HttpRouteKey.with("/orders", HttpMethod.GET), Default: HttpRouteKey.DEFAULT }
    for (const [name, routeKey] of Object.entries(keys)) {
      const authorizer = HttpAuthorizer.fromHttpAuthorizerAttributes(this, `${name}Authorizer`, attached)
      new HttpRoute(this, name, { httpApi: http, routeKey, integration, authorizer })
    }

    Tags.of(this).add("Application", "hallpass")
    new CfnOutput(this, "AuthorizerFunctionArn", { value: hallpass.handler.functionArn })
    new CfnOutput(this, "InvokeRoleArn", { value: hallpass.invokeRole.roleArn })
  }
}
