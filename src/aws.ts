/**
 * The rules of an authorizer for AWS services other than API Gateway which ask in forms of their own.
 *
 * @module hallpass/aws
 */
export type { AuthorizerParts } from "./authorizer/parts.ts"
export {
  type AppSyncAnswer,
  type AppSyncAuthorizer,
  createAppSyncAuthorizer,
} from "./aws/appsync.ts"
export type { AppSyncOptions } from "./aws/appsync-options.ts"
export type { CloudFrontHeaders, CloudFrontRequest } from "./aws/cloudfront/cloudfront-event.ts"
export {
  type CloudFrontAuthorizer,
  type CloudFrontResponse,
  createCloudFrontAuthorizer,
} from "./aws/cloudfront/create-cloudfront-authorizer.ts"
export { createIotAuthorizer, type IotAnswer, type IotAuthorizer } from "./aws/iot.ts"
export type { IotCredential } from "./aws/iot-credential.ts"
export type { IotOptions } from "./aws/iot-options.ts"
export type { IotPolicy, IotPolicyDocument, IotStatement } from "./aws/iot-policies.ts"
export {
  createLatticeVerifier,
  type LatticeEvent,
  type LatticeVerifier,
} from "./aws/lattice/create-lattice-verifier.ts"
export type { LatticeCaller, LatticeCertificate } from "./aws/lattice/lattice-caller.ts"
export type { LatticeOptions } from "./aws/lattice/lattice-options.ts"
export {
  createLoadBalancerVerifier,
  type LoadBalancerIdentity,
  type LoadBalancerParts,
  type LoadBalancerVerifier,
} from "./aws/load-balancer/create-load-balancer-verifier.ts"
export type { LoadBalancerKeyOptions, LoadBalancerOptions } from "./aws/load-balancer/load-balancer-options.ts"
export type { HeaderMap, HeaderPairs, ReceivedRequest } from "./aws/received-header.ts"
export type { AuthorizerConfig } from "./types/configuration.ts"
