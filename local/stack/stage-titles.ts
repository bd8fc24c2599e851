import type { TraceEntry } from "../../src/index.ts"

/** The stages of a walk for people, in the order in which a request passes them. */
export const stageTitles: { readonly [stage in TraceEntry["stage"]]: string } = {
  event: "the event",
  gateway: "API Gateway's settings",
  arn: "the request's ARN",
  edge: "the edge",
  credential: "the credential",
  token: "the token",
  route: "the route's rule",
  check: "your own check",
  assertion: "the assertion for the backend",
}
