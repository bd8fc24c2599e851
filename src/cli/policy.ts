import { text as textOf } from "node:stream/consumers"
import { type AuthorizerConfig, ConfigurationError, type Decision, type Principal } from "../index.ts"
import { compilePolicy } from "../policy.ts"
import { createVerifier, TokenRefused, Unavailable } from "../verify.ts"
import { readOptions } from "./arguments.ts"
import { type Command, UsageError } from "./command.ts"
import { readConfiguration, refusedConfiguration } from "./configuration.ts"
import { describedPrincipal } from "./described-principal.ts"
import { columns } from "./table.ts"

const help = `Prints the IAM policy that API Gateway would get for a token, or for a principal that you describe.

  hallpass policy --arn ARN (--token TOKEN | --principal FILE) [--config FILE]

The document goes to standard output, the decision for the ARN's own route to standard error. With --token the token is
verified first, as the deployed function would; the issuer's keys are fetched where the configuration has none.

Options
  --arn ARN         methodArn or routeArn of a request, such as
                    arn:aws:execute-api:eu-west-1:123456789012:abc123/prod/GET/orders/7
  --token TOKEN     the bearer token, without its scheme; - reads it from standard input, which keeps it out of the
                    shell's history
  --principal FILE  instead of a token, a JSON file that says who calls; - reads standard input. Members, all optional:
                    issuer, subject, kind (user, app, unknown), scopes, roles, groups, permissions (lists), claims (an
                    object)
  --config FILE     the configuration: a JSON file, or a .ts, .mts, .js or .mjs module that exports it as its default.
                    Without it: HALLPASS_CONFIG, or HALLPASS_PROVIDER and its companions, as in the deployed function
  --help, -h        this text

Examples
  pbpaste | hallpass policy --token - --arn "$ARN" --config authorizer.json
  echo '{"scopes":["orders:read"]}' | hallpass policy --principal - --arn "$ARN" --config authorizer.json | jq .Statement

Exit codes: 0 the document is printed, whether it allows the ARN or not; 1 there is none: the token is refused, or the
document would be too large; 2 the command line or the configuration is wrong.
`

export const policy: Command = {
  summary: "prints the policy that a token gets",
  help,
  async run(args) {
    const { arn, token, principal, config } = readCommandLine(args)
    const configuration = await readConfiguration(config)
    try {
      const compiled = compilePolicy(configuration)
      const caller =
        token === undefined
          ? await describedPrincipal(principal ?? "-")
          : await verified(token === "-" ? (await textOf(process.stdin)).trim() : token, configuration)
      const document = compiled.document(caller, arn)
      process.stdout.write(`${JSON.stringify(document, null, 2)}\n`)
      process.stderr.write(columns(summary(compiled.decide(caller, arn), caller, configuration), ""))
      if (compiled.conflicts.length > 0)
        process.stderr.write(
          "The configuration has conflicts, so the document is not to be trusted. See hallpass check\n",
        )
      return 0
    } catch (error) {
      return failed(error)
    }
  },
}

interface CommandLine {
  readonly arn: string
  readonly token?: string
  readonly principal?: string
  readonly config?: string
}

function readCommandLine(args: readonly string[]): CommandLine {
  const string = { type: "string" } as const
  const { arn, ...others } = readOptions(args, { arn: string, token: string, principal: string, config: string })
  if (arn === undefined) throw new UsageError("--arn is missing")
  if ((others.token === undefined) === (others.principal === undefined))
    throw new UsageError("one of --token and --principal is needed")
  return { ...others, arn }
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
function failed(error: unknown): number {
  if (error instanceof ConfigurationError) throw refusedConfiguration(error)
  if (error instanceof TokenRefused || error instanceof Unavailable) {
    const { code, message } = error
    process.stderr.write(`The token gets no policy: ${message.replace(` (${code})`, "")} (${code})\n`)
    return 1
  }
  if (error instanceof RangeError) {
    process.stderr.write(`There is no policy: ${error.message} (policy_too_large)\n`)
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
