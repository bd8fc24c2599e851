import type { AuthorizerConfig } from "../index.ts"
import { type Diagnosis, type DiagnosisOptions, diagnose } from "../policy.ts"
import { readConfiguration } from "./configuration.ts"
import { readFunction } from "./doctor/function-settings.ts"
import { Progress } from "./doctor/progress.ts"
import { diagnosisText } from "./doctor/text.ts"
import { type Command, type CommandLine, configOption, textOption, UsageError } from "./frame/command.ts"
import { readInput } from "./frame/input.ts"
import { readToken } from "./trial/token.ts"

export const doctor: Command = {
  description: `Looks at everything that a configuration depends on, and says what fails, what will
fail, and when.

Each issuer: its discovery document and key set, how it spells itself, algorithms,
weak or odd keys, cache headers, latency, its clock, and the end of its certificate.
The edge: its secrets and pins. With --token: the token against the configuration,
check by check. With --function: the settings of the deployed function.

Each part gets a grade: bad (something fails or will fail), fair (it may), good.
Nothing is changed. Requests go from this machine, so run it where the function's
network is if they differ.`,
  options: [
    configOption,
    {
      flags: "--token <token>",
      description: "a bearer token without its scheme; - reads it from standard input, out of the shell's history",
    },
    {
      flags: "--function <name>",
      description:
        "name or ARN of the deployed function; needs @aws-sdk/client-lambda and lambda:GetFunctionConfiguration",
    },
    { flags: "--certificate <file>", description: "PEM file of the certificate that the edge shows, for its pins" },
  ],
  examples: [
    "doctor --config authorizer.json",
    "doctor --config authorizer.json --token - < token.txt",
    "doctor --config authorizer.json --function hallpass-authorizer --json | jq .grade",
  ],
  exits: "0 nothing will fail; 1 something fails or will fail; 2 it could not be looked at.",
  async run(line, output) {
    const configuration = await readConfiguration(textOption(line, "config"))
    const progress = new Progress(output.interactive && !output.json)
    let diagnosis: Diagnosis
    try {
      diagnosis = await diagnose(configuration, {
        ...(await optionsOf(line, configuration)),
        progress: (text) => progress.show(text),
      })
    } finally {
      progress.clear()
    }
    if (output.json) output.document(diagnosis)
    else output.print(diagnosisText(diagnosis, output))
    return diagnosis.grade === "bad" ? 1 : 0
  },
}

async function optionsOf(line: CommandLine, { edge }: AuthorizerConfig): Promise<DiagnosisOptions> {
  const [token, name, file] = ["token", "function", "certificate"].map((option) => textOption(line, option))
  if (file !== undefined && edge?.evidence?.some(({ mtls }) => mtls !== undefined) !== true)
    throw new UsageError("--certificate is for an edge with mtls, which the configuration does not have")
  return {
    ...(token !== undefined && { token: await readToken(token) }),
    ...(name !== undefined && { deployed: await readFunction(name) }),
    ...(file !== undefined && { certificate: await readCertificate(file) }),
  }
}

async function readCertificate(file: string): Promise<string> {
  const { name, text } = await readInput(file, "certificate")
  const { X509Certificate } = await import("node:crypto")
  try {
    new X509Certificate(text)
    return text
  } catch {
    throw new UsageError(`${name} is no certificate in PEM form`)
  }
}
