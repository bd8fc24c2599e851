export {
  createTestIssuer,
  type TestIssuer,
  type TestIssuerOptions,
  type TestJwk,
  type TokenDefect,
  tokenDefects,
} from "./testing/issuer.ts"
export type { TestClaims } from "./testing/shape.ts"
export type { IssuerConfig } from "./types/configuration.ts"
