import { readConfiguration } from "./configuration.ts"
import { explainAccessLog } from "./explain/access-log.ts"
import { type Explanation, explainClaims, explainEvent, explainToken } from "./explain/explanation.ts"
import { explainRecord } from "./explain/record.ts"
import { explanationText } from "./explain/text.ts"
import { type Command, type CommandLine, configOption, textOption, UsageError } from "./frame/command.ts"
import { readInput } from "./frame/input.ts"
import type { Output } from "./frame/output.ts"
import { parseTime } from "./trial/time.ts"
import { readToken } from "./trial/token.ts"

const sources = ["event", "token", "claims", "record", "accessLog"] as const

export const explain: Command = {
  description: `Says why a request was allowed or refused: every check, the first that failed,
what was expected and what was found, the fix, and what API Gateway and the client
see.

Give one of: an event, a token or decoded claims with a request, a log record of
the function, or a line of the API's access log. A line of the access log is enough
to explain a 403 that came from a kept answer, which never reaches the function.

The token itself is never printed. Claim values are shown, because you have the
token; --hide-values leaves them out.`,
  options: [
    configOption,
    { flags: "--event <file>", description: "an authorizer event as API Gateway sends it; - for standard input" },
    {
      flags: "--token <token>",
      description: "a bearer token without its scheme; - reads it from standard input, out of the shell's history",
    },
    { flags: "--claims <file>", description: "the decoded claims of a token, as JSON; - for standard input" },
    { flags: "--request <request>", description: 'with --token or --claims: the request, such as "GET /orders/7"' },
    { flags: "--record <file>", description: "a log record of the function, as JSON; - for standard input" },
    { flags: "--access-log <file>", description: "one line of the API's access log, as JSON; - for standard input" },
    {
      flags: "--at <time>",
      description: "judge by the time of the incident: ISO 8601 or seconds since 1970. Default: now",
    },
    { flags: "--hide-values", description: "show no claim values" },
  ],
  examples: [
    'explain -c authorizer.json --token - --request "GET /orders/7" --at 2026-11-30T09:00:00Z',
    'explain -c authorizer.json --claims claims.json --request "GET /orders/7"',
    "explain -c authorizer.json --event event.json",
    "explain -c authorizer.json --access-log line.json",
  ],
  exits: "0 the request is allowed; 1 it is refused or undecided; 2 it could not be explained.",
  async run(line, output) {
    const given = sources.filter((name) => line.options[name] !== undefined)
    if (given.length !== 1)
      throw new UsageError("one of --event, --token, --claims, --record and --access-log is needed")
    const explanation = await explained(line, given[0] as (typeof sources)[number], output)
    if (output.json) output.document(explanation)
    else output.print(explanationText(explanation, output))
    return explanation.outcome === "allow" ? 0 : 1
  },
}

async function explained(line: CommandLine, source: (typeof sources)[number], output: Output): Promise<Explanation> {
  const config = await readConfiguration(textOption(line, "config"))
  const at = textOption(line, "at")
  const atMs = at === undefined ? undefined : parseTime(at)
  const options = {
    clock: atMs === undefined ? Date.now : () => atMs,
    values: line.options.hideValues !== true,
    progress: (text: string) => (output.interactive ? output.note(text) : undefined),
  }
  const file = textOption(line, source) ?? ""
  if (source === "event") return await explainEvent(config, await readInput(file, "event"), options)
  if (source === "record") return explainRecord(config, await readInput(file, "record"))
  if (source === "accessLog") return explainAccessLog(config, await readInput(file, "access log"))
  const request = textOption(line, "request")
  if (request === undefined) throw new UsageError(`--${source} needs --request, such as --request "GET /orders/7"`)
  if (source === "claims") return await explainClaims(config, await readInput(file, "claims"), request, options)
  return await explainToken(config, await readToken(file), request, options)
}
