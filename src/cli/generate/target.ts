import { type CommandLine, flagOf, textOption, textsOption, UsageError } from "../frame/command.ts"

/** The API that a generated policy is for, and the flags that narrow it. */
export interface Target {
  readonly partition: string
  readonly region: string
  readonly account: string
  readonly apiId: string
  readonly stage: string | undefined
}

const forms: { readonly [option: string]: readonly [form: RegExp, example: string] } = {
  partition: [/^aws(?:-[a-z0-9-]+)?$/, "aws, aws-cn or aws-us-gov"],
  region: [/^[a-z]{2}(?:-[a-z0-9]+)+$/, "eu-west-1"],
  account: [/^\d{12}$/, "twelve digits"],
  apiId: [/^[a-z0-9]{10}$/, "ten small letters and digits, a1b2c3d4e5"],
  stage: [/^(?:[A-Za-z0-9_-]{1,128}|\$default)$/, "prod, with up to 128 letters, digits, _ and -"],
  functionArn: [
    /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]{1,64}(?::[A-Za-z0-9_$-]+)?$/,
    "arn:aws:lambda:eu-west-1:123456789012:function:hallpass:live, with a name of up to 64 characters",
  ],
  invokeRoleArn: [/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/, "arn:aws:iam::123456789012:role/invoke"],
  vpce: [/^vpce-[0-9a-f]{8,17}$/, "vpce-1a2b3c4d"],
  vpc: [/^vpc-[0-9a-f]{8,17}$/, "vpc-1a2b3c4d"],
  principal: [
    /^(?:\d{12}|arn:aws[a-z-]*:(?:iam|sts)::\d{12}:(?:root|(?:user|role|assumed-role|federated-user)\/[\w+=,.@/-]{1,512}))$/,
    "123456789012 or arn:aws:iam::123456789012:role/reader",
  ],
  tag: [
    /^[\p{L}\p{N}_.:/+@\- ]{0,128}(?:=[\p{L}\p{N}_.:/+@=\- ]{0,256})?$/u,
    "team=payments, or team for the tag of the caller: letters, digits, spaces and _.:/+@-, up to 128 for the key, 256 for the value",
  ],
}

/** The value of an option in the form that AWS takes. @throws UsageError if it has another form */
export function formed(line: CommandLine, option: string): string | undefined {
  const value = textOption(line, option)
  return value === undefined ? undefined : checked(option, value)
}

/** The same of an option that may be given several times. */
export function allFormed(line: CommandLine, option: string): readonly string[] {
  return textsOption(line, option).map((value) => checked(option, value))
}

/** The value of an option that the kind cannot do without. */
export function needed(line: CommandLine, option: string, kind: string): string {
  const value = formed(line, option)
  if (value === undefined) throw new UsageError(`${kind} needs ${flagOf(option)}, such as ${forms[option]?.[1]}`)
  return value
}

export function targetOf(line: CommandLine, kind: string): Target {
  return {
    partition: formed(line, "partition") ?? "aws",
    region: needed(line, "region", kind),
    account: needed(line, "account", kind),
    apiId: needed(line, "apiId", kind),
    stage: formed(line, "stage"),
  }
}

const apiArn = ({ partition, region, account, apiId }: Target): string =>
  `arn:${partition}:execute-api:${region}:${account}:${apiId}`

/** `arn:…:API/STAGE/`, with `*` for every stage. What follows is a method and a path. */
export function executionBeginning(target: Target): string {
  return `${apiArn(target)}/${target.stage ?? "*"}/`
}

/** Every method and path of the API, or of one stage. */
export function everythingOf(target: Target): string {
  return target.stage === undefined ? `${apiArn(target)}/*` : `${executionBeginning(target)}*`
}

/** Refuses a document that AWS would refuse for its size. */
export function fitting(document: object, maxCharacters: number, what: string, remedy: string): object {
  const length = JSON.stringify(document).length
  if (length <= maxCharacters) return document
  throw new UsageError(
    `the policy has ${length.toLocaleString("en")} characters, ` +
      `and ${what} may have ${maxCharacters.toLocaleString("en")}: ${remedy}`,
  )
}

function checked(option: string, value: string): string {
  const [form, example] = forms[option] ?? []
  if (form?.test(value)) return value
  throw new UsageError(`${flagOf(option)} has another form: it is like ${example}`)
}
