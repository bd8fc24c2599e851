/**
 * The authorizer as a construct of the AWS CDK. Needs `aws-cdk-lib` and `constructs`.
 *
 * @module hallpass/cdk
 */
export { HallpassAuthorizer, type HallpassAuthorizerProps } from "./cdk/hallpass-authorizer.ts"
export type { ApiSettings, GatewaySettings } from "./configuration/gateway-settings.ts"
export type { AuthorizerConfig } from "./types/configuration.ts"
