import { CfnOutput, Stack, type StackProps, Tags } from "aws-cdk-lib"
import { AuthorizationType, MockIntegration, RestApi } from "aws-cdk-lib/aws-apigateway"
import { HttpApi, HttpMethod, HttpRoute, HttpRouteKey } from "aws-cdk-lib/aws-apigatewayv2"
import { HttpUrlIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations"
import type { Construct } from "constructs"
// In a project of your own: from "hallpass/cdk".
import { HallpassAuthorizer } from "../../src/cdk.ts"

export interface ExampleProps extends StackProps {
  /** @default build/ of this checkout */
  readonly bundle?: string
}

/** hallpass in front of a REST and an HTTP API. */
export class ExampleStack extends Stack {
  constructor(scope: Construct, id: string, { bundle, ...props }: ExampleProps = {}) {
    super(scope, id, props)
    const hallpass = new HallpassAuthorizer(this, "Hallpass", {
      ...(bundle !== undefined && { bundle }),
      config: {
        issuers: [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }],
        routes: { "GET /orders": { scopes: ["orders:read"] } },
        // The token is the cache key, so answers are policies that hold all that the caller may call.
        gateway: { resultTtlSeconds: 300, responses: "policy", unauthorized: "deny" },
      },
    })

    // Without a throttle one client can use up what the account may call.
    const throttle = { rateLimit: 100, burstLimit: 200 }
    const deployOptions = {
      tracingEnabled: true,
      throttlingRateLimit: throttle.rateLimit,
      throttlingBurstLimit: throttle.burstLimit,
    }
    const rest = new RestApi(this, "Rest", { cloudWatchRole: false, deployOptions })
    const guarded = { authorizer: hallpass.rest, authorizationType: AuthorizationType.CUSTOM }
    rest.root.addResource("orders").addMethod("GET", new MockIntegration(), guarded)

    const http = new HttpApi(this, "Http", { createDefaultStage: false })
    http.addStage("DefaultStage", { autoDeploy: true, throttle })
    const integration = new HttpUrlIntegration("Backend", "https://backend.example.com/orders")
    // $default as well: what no route names would be open otherwise.
    const keys = { Orders: HttpRouteKey.with("/orders", HttpMethod.GET), Default: HttpRouteKey.DEFAULT }
    for (const [name, routeKey] of Object.entries(keys))
      new HttpRoute(this, name, { httpApi: http, routeKey, integration, authorizer: hallpass.http })

    Tags.of(this).add("Application", "hallpass")
    new CfnOutput(this, "AuthorizerFunctionArn", { value: hallpass.function.functionArn })
    new CfnOutput(this, "InvokeRoleArn", { value: hallpass.invokeRole.roleArn })
  }
}
