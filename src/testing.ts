/**
 * For unit tests: issuers whose signed tokens a configuration accepts, and cases of a route table.
 * Start with `createTestIssuer`.
 *
 * @module hallpass/testing
 */
export { type CaseTest, caseTests, explainCase } from "./comparison/case-tests.ts"
export { type CaseCaller, type Cases, CasesError, type Expectation } from "./comparison/cases-file.ts"
export { type CaseResult, type CasesReport, runCases } from "./comparison/run-cases.ts"
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
