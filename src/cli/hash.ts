import { principalId, recordHash } from "../observe.ts"
import { claimedId } from "../policy.ts"
import { readConfiguration } from "./configuration.ts"
import { type Command, type CommandLine, textOption, UsageError } from "./frame/command.ts"
import { type Output, plain } from "./frame/output.ts"
import { columns } from "./frame/table.ts"
import { claimsIn, readToken } from "./trial/token.ts"

export const hash: Command = {
  description: `Prints the hash by which the function's records name a caller (principal), so that
you find the records of one user or one program.

Give the issuer (iss) and the subject (sub), or a token. For a token the hash of the
token itself (tokenHash) is printed, too. Nothing is verified or fetched.

Some providers name their callers by other claims than sub: Entra ID by tid and oid,
and programs by their client id. Then give a token and the configuration.`,
  args: [
    { name: "[issuer]", description: "the iss claim, character for character" },
    { name: "[subject]", description: "the sub claim" },
  ],
  options: [
    { flags: "--issuer <issuer>", description: "the iss claim, in place of the first word" },
    { flags: "--subject <subject>", description: "the sub claim, in place of the second word" },
    {
      flags: "--token <token>",
      description: "a bearer token without its scheme; - reads it from standard input, out of the shell's history",
    },
    {
      flags: "-c, --config <file>",
      description: "with --token: the configuration, which says which claims name a caller. Without it: iss and sub",
    },
  ],
  examples: [
    "hash https://acme.okta.com/oauth2/default ann@acme.example",
    "hash --token - --config authorizer.json < token.txt",
    "hash --token - --json < token.txt | jq -r .tokenHash",
  ],
  exits: "0 printed; 2 the command line, the token or the configuration is wrong.",
  async run(line, output) {
    const token = textOption(line, "token")
    const [issuer, subject] = named(line)
    if (token !== undefined && (issuer ?? subject) !== undefined)
      throw new UsageError("either a token or an issuer and a subject is needed, not both")
    if (token !== undefined) return await ofToken(await readToken(token), textOption(line, "config"), output)
    if (textOption(line, "config") !== undefined) throw new UsageError("--config goes with --token")
    if (issuer === undefined || subject === undefined)
      throw new UsageError("an issuer and a subject are needed, or --token")
    const id = idOf(issuer, subject)
    if (output.json) output.document({ hash: recordHash(id), id })
    else output.print(`${recordHash(id)}\n`)
    return 0
  },
}

function named({ options, args }: CommandLine): readonly [string | undefined, string | undefined] {
  const [issuer = options.issuer, subject = options.subject] = args
  if ((args.length > 0 && options.issuer !== undefined) || (args.length > 1 && options.subject !== undefined))
    throw new UsageError("the issuer and the subject must be given once")
  return [issuer as string | undefined, subject as string | undefined]
}

async function ofToken(token: string, file: string | undefined, output: Output): Promise<number> {
  const claims = claimsIn(token)
  let id: string | undefined
  if (file === undefined) {
    const { iss, sub } = claims
    if (typeof iss !== "string" || typeof sub !== "string")
      throw new UsageError("the token has no iss or no sub as text. Give --config, which says how callers are named")
    id = idOf(iss, sub)
  } else id = await byConfiguration(file, claims)
  const tokenHash = recordHash(token)
  if (output.json) output.document({ hash: recordHash(id), id, tokenHash })
  else
    output.print(
      columns(
        [
          ["principal", recordHash(id), plain(id, 600)],
          ["tokenHash", tokenHash, "this token"],
        ],
        "",
      ),
    )
  return 0
}

async function byConfiguration(file: string, claims: { readonly [claim: string]: unknown }): Promise<string> {
  const id = claimedId(await readConfiguration(file), claims)
  if (id !== undefined) return id
  throw new UsageError(
    "the token's iss is no issuer of the configuration, or the claims that name the caller are missing",
  )
}

function idOf(issuer: string, subject: string): string {
  // As in the authorizer: another text could be two ids at once, and no caller has it.
  if (subject === "" || subject.length > 512 || !subject.isWellFormed() || /[|\s]/.test(issuer))
    throw new UsageError(
      "no caller has this issuer and subject: an issuer has no blank and no |, and a subject has 1 to 512 characters",
    )
  const id = principalId(issuer, subject)
  if (id === undefined) throw new UsageError("no caller has this id: it is longer than an answer can hold")
  return id
}
