import { inQuotes, shellWord } from "../frame/shell-word.ts"

/** What to attach, and to what. */
export interface AttachOptions {
  readonly functionArn: string
  readonly invokeRoleArn: string | undefined
  /** The authorizer's name. */
  readonly name: string
  /** Whether routes that something else protects get this authorizer. */
  readonly replace: boolean
  readonly region: string
}

/** One call that changes something. Its input is that of the AWS SDK, and of the AWS command line in other words. */
export interface Call {
  readonly service: "apigateway" | "apigatewayv2" | "lambda"
  /** `CreateAuthorizer`; the SDK's class is that with `Command`. */
  readonly command: string
  readonly input: { readonly [name: string]: unknown }
  readonly why: string
}

/** The placeholder for the id of an authorizer that an earlier call makes. */
export const newAuthorizerId = "$AUTHORIZER_ID"

/** `CreateAuthorizer` of the SDK is `create-authorizer` on the command line, and `ApiId` is `--api-id`. */
const kebab = (name: string): string =>
  name
    .replace(/([a-z\d])([A-Z])/g, "$1-$2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1-$2")
    .toLowerCase()

/** One word of a POSIX shell. */
export function quoted(word: string): string {
  if (!word.includes(newAuthorizerId)) return shellWord(word)
  // The id of a new authorizer is filled in by the shell, the rest is text.
  return word
    .split(newAuthorizerId)
    .map((part) => (part === "" ? "" : inQuotes(part)))
    .join(`"${newAuthorizerId}"`)
}

/**
 * A call as a line for the AWS command line, to copy.
 *
 * @param region the region of the API
 */
export function awsLine({ service, command, input }: Call, region: string): string {
  const words = ["aws", service, kebab(command)]
  for (const [name, value] of Object.entries(input)) {
    const flag = `--${kebab(name)}`
    if (value === undefined) continue
    if (typeof value === "boolean") words.push(value ? flag : `--no-${flag.slice(2)}`)
    else if (Array.isArray(value) && value.every((each) => typeof each === "string"))
      words.push(flag, ...(value.length === 0 ? ["'[]'"] : value.map(quoted)))
    else if (typeof value === "object") words.push(flag, quoted(JSON.stringify(value)))
    else words.push(flag, quoted(String(value)))
  }
  words.push("--region", quoted(region))
  if (!command.startsWith("CreateAuthorizer")) return words.join(" ")
  const id = service === "apigateway" ? "id" : "AuthorizerId"
  return `AUTHORIZER_ID=$(${[...words, "--query", id, "--output", "text"].join(" ")})`
}
