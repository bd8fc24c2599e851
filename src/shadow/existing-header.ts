import type { Authorizer } from "../authorizer/authorizer.ts"
import type { AuthorizerParts, ExistingAuthorizer } from "../authorizer/parts.ts"
import type { CheckedShadow } from "../configuration/rules-of-shadow.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"
import type { ConfigurationProblem } from "../types/errors.ts"

// The sender of the header decides, so it is believed as the identity of an edge is. It needs evidence, and is refused
// twice, under another spelling or next to an alias. So an authorizer of its own reads it, for which the decision is
// the user.

/** The configuration of the authorizer that reads the header. */
export function headerConfig(
  { header, evidence }: NonNullable<CheckedShadow["header"]>,
  { gateway, secrets }: AuthorizerConfig,
): AuthorizerConfig {
  return {
    issuers: [],
    gateway: { ...gateway, resultTtlSeconds: 0, identitySources: [] },
    edge: { role: "identity", headers: { user: header }, ...(evidence !== undefined && { evidence }) } as NonNullable<
      AuthorizerConfig["edge"]
    >,
    ...(secrets !== undefined && { secrets }),
  }
}

/** Its parts. It reports events of its secrets. What it decides is reported as the existing authorizer's decision. */
export function headerParts({ clock, secrets, observer }: AuthorizerParts): AuthorizerParts {
  return {
    check: ({ subject }) => subject === "allow", // and every other text denies
    ...(clock && { clock }),
    ...(secrets && { secrets }),
    observer: {
      secretFetch: (record) => observer?.secretFetch?.(record),
      secretEvent: (record) => observer?.secretEvent?.(record),
      fault: (error) => observer?.fault?.(error),
    },
  }
}

/** The answer for the header's decision, without a principal: the header says nothing about the caller. */
export function existingByHeader({ handler }: Authorizer): ExistingAuthorizer {
  return async (event) => {
    const answer = await handler(event)
    if (!("policyDocument" in answer)) return { isAuthorized: answer.isAuthorized }
    return { principalId: "existing", policyDocument: answer.policyDocument }
  }
}

/**
 * Problems of the authorizer that reads the header, where the configuration has what they are about; others it has
 * itself.
 */
export function problemsOfHeader(problems: readonly ConfigurationProblem[]): readonly ConfigurationProblem[] {
  return problems.map(({ path, message }) => ({
    path: path
      .replace(/^edge\.evidence/, "shadow.evidence")
      .replace(/^edge\.headers\.user(?:\.name)?/, "shadow.header"),
    message,
  }))
}
