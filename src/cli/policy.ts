import { text as textOf } from "node:stream/consumers"
import { safeJson } from "../../local/terminal-text.ts"
import type { AuthorizerConfig, Decision, Principal } from "../index.ts"
import { compilePolicy } from "../policy.ts"
import { createVerifier, TokenRefused, Unavailable } from "../verify.ts"
import { readConfiguration } from "./configuration.ts"
import { describedPrincipal } from "./described-principal.ts"
import { type Command, type CommandLine, configOption, textOption, UsageError } from "./frame/command.ts"
import type { Output } from "./frame/output.ts"
import { columns } from "./frame/table.ts"

export const policy: Command = {
  description: `Prints the IAM policy that API Gateway would get for a token, or for a principal
that you describe.

The document goes to standard output, the decision for the ARN's own route to
standard error. With --token the token is verified first, as the deployed function
would; the issuer's keys are fetched if the configuration has none.`,
  options: [
    {
      flags: "--arn <arn>",
      description:
        "methodArn or routeArn of a request, such as arn:aws:execute-api:REGION:ACCOUNT:API/prod/GET/orders/7",
    },
    {
      flags: "--token <token>",
      description:
        "the bearer token, without its scheme; - reads it from standard input, which keeps it out of the shell's history",
    },
    {
      flags: "--principal <file>",
      description:
        "instead of a token, a JSON file that says who calls; - reads standard input. Members, all optional: issuer, subject, " +
        "kind (user, app, unknown), scopes, roles, groups, permissions (lists), claims (an object)",
    },
    configOption,
  ],
  examples: [
    'policy --token - --arn "$ARN" --config authorizer.json',
    'policy --principal caller.json --arn "$ARN" --config authorizer.json | jq .Statement',
  ],
  exits:
    "0 the document is printed, whether it allows the ARN or not; 1 there is none: the token is refused, or the document would be too large; 2 the command line or the configuration is wrong.",
  async run(line, output) {
    const { arn, token, principal } = readCommandLine(line)
    const configuration = await readConfiguration(textOption(line, "config"))
    try {
      const compiled = compilePolicy(configuration)
      const caller =
        token === undefined
          ? await describedPrincipal(principal ?? "-")
          : await verified(token === "-" ? (await textOf(process.stdin)).trim() : token, configuration)
      const document = compiled.document(caller, arn)
      const decision = compiled.decide(caller, arn)
      if (output.json)
        output.document({ document, outcome: decision.outcome, reason: decision.reason, route: decision.route })
      else {
        output.print(`${safeJson(document)}\n`)
        output.note(columns(summary(decision, caller, configuration), "").trimEnd())
      }
      if (compiled.conflicts.length > 0)
        output.note("The configuration has conflicts, so the document is not to be trusted. See hallpass check")
      return 0
    } catch (error) {
      return failed(error, output)
    }
  },
}

function readCommandLine(line: CommandLine): { arn: string; token: string | undefined; principal: string | undefined } {
  const [arn, token, principal] = ["arn", "token", "principal"].map((name) => textOption(line, name))
  if (arn === undefined) throw new UsageError("--arn is missing")
  if ((token === undefined) === (principal === undefined))
    throw new UsageError("one of --token and --principal is needed")
  return { arn, token, principal }
}

/** The decision for the ARN's own route, in rows. */
function summary(
  { outcome, reason, route }: Decision,
  { id }: Principal,
  { gateway }: AuthorizerConfig,
): readonly (readonly string[])[] {
  return [
    ["principal", id],
    ["route", route ?? "none of the table"],
    ["decision", `${outcome} (${reason})`],
    ...(gateway?.responses === "simple" ? [["HTTP 2.0", `isAuthorized: ${outcome === "allow"}, and no policy`]] : []),
  ]
}

/** @returns the exit code of a failure that the caller can do something about */
function failed(error: unknown, output: Output): number {
  if (error instanceof TokenRefused || error instanceof Unavailable) {
    const { code, message } = error
    output.note(`The token gets no policy: ${message.replace(` (${code})`, "")} (${code})`)
    return 1
  }
  if (error instanceof RangeError) {
    output.note(`There is no policy: ${error.message} (policy_too_large)`)
    return 1
  }
  if (error instanceof TypeError && error.message.includes("execute-api ARN")) throw new UsageError(error.message)
  throw error
}

async function verified(token: string, { issuers, keys, clockToleranceSeconds }: AuthorizerConfig): Promise<Principal> {
  const verifier = createVerifier({
    issuers,
    ...(keys !== undefined && { keys }),
    ...(clockToleranceSeconds !== undefined && { clockToleranceSeconds }),
  })
  return verifier.verify(token)
}
