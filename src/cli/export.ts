import { dump } from "js-yaml"
import { safeLines } from "../../local/terminal-text.ts"
import { type AuthorizerConfig, SnapshotFailed, takeKeySnapshot } from "../index.ts"
import {
  type Exported,
  type ExportFinding,
  type ExportOptions,
  exportEnvoy,
  exportGloo,
  exportIstio,
  exportNginx,
} from "../mesh.ts"
import { readConfiguration } from "./configuration.ts"
import { type Command, type CommandLine, configOption, textOption, textsOption, UsageError } from "./frame/command.ts"
import { readData } from "./frame/data-file.ts"
import { findingText } from "./frame/finding-text.ts"
import { type Output, plain } from "./frame/output.ts"
import { wrapped } from "./frame/table.ts"
import { write } from "./frame/write.ts"

/** A text is written as it is, anything else as YAML. */
type Target = (...given: Parameters<typeof exportIstio>) => Exported<object | string>

const targets: { readonly [name: string]: Target } = {
  istio: exportIstio,
  envoy: exportEnvoy,
  gloo: exportGloo,
  nginx: exportNginx,
}

export const exportRules: Command = {
  description: `Writes the rules of a configuration in the words of a neighbour: for Istio and
Envoy, which check tokens themselves, or for nginx and Gloo, which ask hallpass
serve. The gateway block is ignored.

What the neighbour cannot express is an error, and nothing is written. With
--on-unsupported comment, each such rule is left out and named in a comment, and its
requests are refused. How the neighbour itself differs, in its clock tolerance for
example, is a comment in every export.`,
  args: [{ name: "<target>", description: Object.keys(targets).join(", ") }],
  options: [
    configOption,
    {
      flags: "--on-unsupported <what>",
      description: "what to do with a demand that the target cannot express (default: error)",
      choices: ["error", "comment"],
    },
    { flags: "--namespace <name>", description: "namespace of the documents" },
    {
      flags: "--selector <label>",
      description: "KEY=VALUE of the workloads; repeatable; without it, all of the namespace",
      repeatable: true,
    },
    { flags: "--name <name>", description: "name of the documents (default: hallpass)" },
    {
      flags: "--inline-keys",
      description: "istio, envoy, gloo --verify-tokens: fetch the key sets now, and write them into the documents",
    },
    { flags: "--verify-tokens", description: "gloo: verify tokens before hallpass serve is asked" },
    {
      flags: "--assertion-keys <file>",
      description:
        "istio: demand hallpass's assertion in place of the caller's token; the file that hallpass jwks writes, or an https address",
    },
    { flags: "--service <url>", description: "nginx, gloo: address of hallpass serve" },
    { flags: "--backend <url>", description: "nginx: address of what is protected (default: http://127.0.0.1:8080)" },
    { flags: "-o, --out <file>", description: "file to write (default: standard output)" },
  ],
  examples: [
    "export istio --config authorizer.json --namespace orders --selector app=orders",
    "export istio --config authorizer.json --on-unsupported comment --out hallpass.yaml",
    "export istio --config authorizer.json --inline-keys --out hallpass.yaml",
    "export istio --config authorizer.json --assertion-keys jwks.json",
    "export nginx --config authorizer.json --backend http://127.0.0.1:8080",
  ],
  exits:
    "0 the documents are written; 1 a demand cannot be expressed, or a key set cannot be fetched; 2 a flag or the configuration is wrong, or the file cannot be written.",
  async run(line, output) {
    const [name = ""] = line.args
    const target = Object.hasOwn(targets, name) ? targets[name] : undefined
    if (target === undefined)
      throw new UsageError(`there is no target ${plain(name)}; the targets are ${Object.keys(targets).join(", ")}`)
    const config = await readConfiguration(textOption(line, "config"))
    const options = { ...optionsOf(line), ...(await assertionKeys(line, name)) }
    if (options.verifyTokens === true && name !== "gloo")
      throw new UsageError("--verify-tokens is for gloo: istio and envoy always do, and nginx cannot")
    const keys = await inlineKeys(line, name, config, output)
    if (keys === undefined) return 1
    const { documents, findings } = exported(target, config, { ...options, ...keys })
    if (output.json) output.document({ target: name, documents, findings })
    if (documents.length === 0) return refused(findings, output)
    const texts = documents.map((each) => (typeof each === "string" ? each : yamlOf(each)))
    const isWritten = await write(
      textOption(line, "out") ?? "-",
      commented(findings, name) + texts.join("---\n"),
      output,
    )
    return isWritten ? 0 : 2
  },
}

/** The key sets that go into the documents, if they are wanted; undefined if one cannot be fetched. */
async function inlineKeys(
  { options }: CommandLine,
  target: string,
  config: AuthorizerConfig,
  output: Output,
): Promise<Pick<ExportOptions, "keySnapshot"> | undefined> {
  if (options.inlineKeys !== true) return {}
  if (target !== "istio" && target !== "envoy" && options.verifyTokens !== true)
    throw new UsageError(`--inline-keys is for istio and envoy: with ${target}, hallpass serve has the keys`)
  try {
    return { keySnapshot: await takeKeySnapshot(config) }
  } catch (error) {
    if (!(error instanceof SnapshotFailed)) throw error
    output.note(`Nothing is written. ${error.message}`)
    return undefined
  }
}

function optionsOf(line: CommandLine): ExportOptions {
  const labels = textsOption(line, "selector").map((text) => {
    const at = text.indexOf("=")
    if (at < 1) throw new UsageError(`--selector takes KEY=VALUE, not ${plain(text)}`)
    return [text.slice(0, at), text.slice(at + 1)] as const
  })
  const texts = ["name", "namespace", "service", "backend"].flatMap((name) => {
    const text = textOption(line, name)
    return text === undefined ? [] : [[name, text] as const]
  })
  return {
    onUnsupported: textOption(line, "onUnsupported") === "comment" ? "comment" : "error",
    ...(line.options.verifyTokens === true && { verifyTokens: true }),
    ...(labels.length > 0 && { selector: Object.fromEntries(labels) }),
    ...(Object.fromEntries(texts) as ExportOptions),
  }
}

/** An address as it is, and the key set of a file. */
async function assertionKeys(line: CommandLine, target: string): Promise<Pick<ExportOptions, "assertionKeys">> {
  const given = textOption(line, "assertionKeys")
  if (given === undefined) return {}
  if (target !== "istio") throw new UsageError("--assertion-keys goes with istio only")
  if (line.options.inlineKeys === true)
    throw new UsageError("--assertion-keys takes the place of the issuers' keys, so leave --inline-keys out")
  if (/^https?:/.test(given)) return { assertionKeys: given }
  return { assertionKeys: Object(await readData(given, "key set")) }
}

function exported(target: Target, ...given: Parameters<typeof exportIstio>): ReturnType<Target> {
  try {
    return target(...given)
  } catch (error) {
    if (
      error instanceof TypeError &&
      /^(?:name|namespace|selector|service|backend|assertionKeys) must /.test(error.message)
    )
      throw new UsageError(`--${error.message.replace("assertionKeys", "assertion-keys")}`)
    throw error
  }
}

/** YAML. A value that a terminal would interpret is in double quotes, with escapes. */
function yamlOf(document: object): string {
  // In quotes, because kubectl and Envoy read YAML 1.1, where a scope such as 1_000 is a number.
  const options = { lineWidth: 120, noRefs: true, forceQuotes: true } as const
  const text = dump(document, options)
  if (safeLines(text) === text) return text
  const escaped = (character: string): string => `\\U${character.codePointAt(0)?.toString(16).padStart(8, "0")}`
  return safeLines(dump(document, { ...options, quotingType: '"' }), escaped)
}

function refused(findings: readonly ExportFinding[], output: Output): number {
  const errors = findings.filter(({ severity }) => severity === "error")
  for (const each of errors) for (const row of wrapped(findingText(each), output.columns)) output.note(row)
  output.note("Nothing is written. --on-unsupported comment leaves these rules out.")
  return 1
}

/** What the export does not say, at the beginning of the file. */
function commented(findings: readonly ExportFinding[], target: string): string {
  const rows = [`Written by hallpass export ${target}. Change the configuration, and export it again.`]
  for (const each of findings) rows.push(`${each.severity}: ${findingText(each)}`)
  return rows.flatMap((row) => wrapped(row, 98).map((text) => `# ${text}\n`)).join("")
}
