import { readFile } from "node:fs/promises"
import { text as textOf } from "node:stream/consumers"
import { type AuthorizerConfig, ConfigurationError, type Principal } from "../index.ts"
import { compilePolicy } from "../policy.ts"
import { createVerifier, TokenRefused, Unavailable } from "../verify.ts"
import { readArguments } from "./arguments.ts"
import { type Command, UsageError } from "./command.ts"
import { readConfiguration } from "./configuration.ts"
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
                    issuer, subject, kind (user, app), scopes, roles, groups, permissions (lists), claims (an object)
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
    const { arn, token, principal, config } = readOptions(args)
    const configuration = await readConfiguration(config)
    try {
      const compiled = compilePolicy(configuration)
      const caller =
        token === undefined ? await described(principal ?? "-") : await verified(await inputOf(token), configuration)
      const document = compiled.document(caller, arn)
      const { outcome, reason, route } = compiled.decide(caller, arn)
      process.stdout.write(`${JSON.stringify(document, null, 2)}\n`)
      const rows = [
        ["principal", caller.id],
        ["route", route ?? "none of the table"],
        ["decision", `${outcome} (${reason})`],
      ]
      process.stderr.write(columns(rows, ""))
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

function readOptions(args: readonly string[]): { arn: string; token?: string; principal?: string; config?: string } {
  const string = { type: "string" } as const
  const { values, positionals } = readArguments(args, { arn: string, token: string, principal: string, config: string })
  if (positionals.length > 0) throw new UsageError(`${positionals.length} words belong to no option`)
  const { arn, token, principal } = values
  if (arn === undefined) throw new UsageError("--arn is missing")
  if ((token === undefined) === (principal === undefined))
    throw new UsageError("one of --token and --principal is needed")
  return { ...values, arn }
}

/** @returns the exit code of a failure that the caller can do something about */
function failed(error: unknown): number {
  if (error instanceof ConfigurationError)
    throw new UsageError(
      `the configuration is refused: ${error.problems.map(({ path, message }) => `${path} ${message}`).join("; ")}`,
    )
  if (error instanceof TokenRefused || error instanceof Unavailable) {
    process.stderr.write(`The token gets no policy: ${error.code}. ${error.message}\n`)
    return 1
  }
  if (error instanceof RangeError) {
    process.stderr.write(`There is no policy: ${error.message}\n`)
    return 1
  }
  if (error instanceof TypeError && error.message.includes("execute-api ARN")) throw new UsageError(error.message)
  throw error
}

async function inputOf(option: string): Promise<string> {
  return option === "-" ? (await textOf(process.stdin)).trim() : option
}

async function verified(token: string, { issuers, keys, clockToleranceSeconds }: AuthorizerConfig): Promise<Principal> {
  const verifier = createVerifier({
    issuers,
    ...(keys !== undefined && { keys }),
    ...(clockToleranceSeconds !== undefined && { clockToleranceSeconds }),
  })
  return verifier.verify(token)
}

const listed = ["scopes", "roles", "groups", "permissions"] as const

/** A principal as somebody describes it. */
async function described(file: string): Promise<Principal> {
  let given: { readonly [name: string]: unknown }
  try {
    given = JSON.parse(file === "-" ? await textOf(process.stdin) : await readFile(file, "utf8"))
  } catch (error) {
    throw new UsageError(`the principal cannot be read: ${(error as Error).message.split("\n", 1)[0]}`)
  }
  const known = ["issuer", "subject", "kind", "claims", ...listed]
  const unknown = Object.keys(Object(given)).filter((name) => !known.includes(name))
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw new UsageError("the principal must be an object")
  if (unknown.length > 0) throw new UsageError(`the principal has no member ${unknown[0]}; known: ${known.join(", ")}`)
  const lists: Record<string, readonly string[]> = {}
  for (const name of listed) {
    const list = given[name] ?? []
    if (!Array.isArray(list) || !list.every((item) => typeof item === "string"))
      throw new UsageError(`${name} of the principal must be a list of strings`)
    lists[name] = list
  }
  const { issuer = "https://issuer.example", subject = "somebody", kind = "user", claims = {} } = given
  return {
    id: `${issuer}|${subject}`,
    provider: "oidc",
    expiresAt: 0,
    issuer,
    subject,
    kind,
    claims,
    ...lists,
  } as unknown as Principal
}
