import { configFromEnvironment } from "../configuration/config-from-environment.ts"
import { keyOptions } from "../configuration/declared/keys.ts"
import { orDefault } from "../configuration/declared/with-defaults.ts"
import { canonicalJson } from "../policy/answer-name.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"
import { ConfigurationError } from "../types/errors.ts"
import { type DiagnosisFinding, type DiagnosisGrade, Findings, gradeOf, shown } from "./finding.ts"

/** What Lambda says of a function, as far as it is looked at. */
export interface FunctionSettings {
  readonly FunctionName?: string | undefined
  readonly Runtime?: string | undefined
  readonly PackageType?: string | undefined
  readonly Architectures?: readonly string[] | undefined
  readonly MemorySize?: number | undefined
  readonly Timeout?: number | undefined
  readonly State?: string | undefined
  readonly StateReason?: string | undefined
  readonly LastUpdateStatus?: string | undefined
  readonly LastUpdateStatusReason?: string | undefined
  readonly Environment?:
    | { readonly Variables?: { readonly [name: string]: string } | undefined; readonly Error?: unknown }
    | undefined
  readonly VpcConfig?: { readonly SubnetIds?: readonly string[] | undefined } | undefined
  /** Of its own call; undefined if nothing is reserved, or it is not known. */
  readonly reservedConcurrency?: number | undefined
}

/** The deployed function. */
export interface FunctionDiagnosis {
  readonly name: string
  readonly grade: DiagnosisGrade
  readonly findings: readonly DiagnosisFinding[]
  readonly settings: {
    readonly runtime?: string | undefined
    readonly architecture?: string | undefined
    readonly memoryMb?: number | undefined
    readonly timeoutSeconds?: number | undefined
  }
}

/** API Gateway's HTTP APIs give an authorizer 10 seconds, whatever is configured. */
const gatewaySeconds = 10
/** Below this the CPU share makes signatures slow. MB. */
const leastMemory = 256

/** Compares the settings of a deployed function with what hallpass and its configuration need. */
export function examineFunction(name: string, settings: FunctionSettings, config: AuthorizerConfig): FunctionDiagnosis {
  const findings = new Findings()
  const { Runtime, Architectures, MemorySize, Timeout } = settings
  judgeState(settings, findings)
  judgeRuntime(settings, findings)
  if (MemorySize !== undefined && MemorySize < leastMemory)
    findings.warning(
      "memory",
      `The function has ${MemorySize} MB, and its share of a CPU with it: signatures take several times as long.`,
      "Set 512 MB. docs/cost.md compares the sizes.",
    )
  if (Architectures?.[0] === "x86_64")
    findings.info("architecture", "The function runs on x86_64; arm64 costs a fifth less.")
  judgeTimeout(Timeout, config, findings)
  judgeEnvironment(settings, config, findings)
  if ((settings.VpcConfig?.SubnetIds ?? []).length > 0)
    findings.info(
      "network",
      "The function is in a VPC: issuers are reached through its NAT gateway, proxy or endpoints only.",
    )
  if (settings.reservedConcurrency === 0)
    findings.error(
      "concurrency",
      "No execution is reserved for the function (0): every call is throttled.",
      "Remove the reserved concurrency, or raise it.",
    )
  return {
    name: settings.FunctionName ?? name,
    grade: gradeOf(findings.list),
    findings: findings.list,
    settings: { runtime: Runtime, architecture: Architectures?.[0], memoryMb: MemorySize, timeoutSeconds: Timeout },
  }
}

function judgeState(
  { State, StateReason, LastUpdateStatus, LastUpdateStatusReason }: FunctionSettings,
  findings: Findings,
): void {
  if (State === "Failed")
    findings.error(
      "state",
      `The function has failed: ${shown(StateReason ?? "no reason is given")}.`,
      "Deploy it again.",
    )
  else if (State === "Pending" || State === "Inactive")
    findings.warning(
      "state",
      `The function is ${State.toLowerCase()}: its next call waits.`,
      "Call it once, and look again.",
    )
  if (LastUpdateStatus === "Failed")
    findings.error(
      "state",
      `The last update has failed: ${shown(LastUpdateStatusReason ?? "no reason is given")}.`,
      "Deploy it again.",
    )
}

function judgeRuntime({ Runtime, PackageType }: FunctionSettings, findings: Findings): void {
  if (Runtime === undefined) {
    if (PackageType === "Image")
      findings.info("runtime", "The function is a container image: its Node.js version is not known.")
    return
  }
  const version = Number(/^nodejs(\d+)\.x$/.exec(Runtime)?.[1])
  if (!Number.isInteger(version))
    findings.error(
      "runtime",
      `The function runs on ${shown(Runtime)}; hallpass needs Node.js.`,
      "Check the function's name, or set nodejs24.x.",
    )
  else if (version < 22)
    findings.error("runtime", `The function runs on ${Runtime}; hallpass needs nodejs22.x or newer.`, "Set nodejs24.x.")
}

function judgeTimeout(seconds: number | undefined, { keys }: AuthorizerConfig, findings: Findings): void {
  if (seconds === undefined) return
  const fetchMs = orDefault(keyOptions.timeoutMs, keys?.timeoutMs)
  if (seconds * 1000 <= fetchMs)
    findings.error(
      "timeout",
      `The function ends after ${seconds} s, and one fetch of a key set may take ${fetchMs} ms: a slow issuer ends it without an answer.`,
      "Set the timeout to 9 seconds.",
    )
  else if (seconds >= gatewaySeconds)
    findings.info("timeout", `The function may run for ${seconds} s; HTTP APIs give up after ${gatewaySeconds} s.`)
}

function judgeEnvironment({ Environment }: FunctionSettings, config: AuthorizerConfig, findings: Findings): void {
  const variables = Environment?.Variables ?? {}
  for (const name of secretVariables(config).filter((each) => !variables[each]))
    findings.error(
      "environment",
      `The function has no variable ${shown(name)}, which holds a secret of the configuration.`,
      "Set it on the function.",
    )
  if (variables.NODE_TLS_REJECT_UNAUTHORIZED === "0")
    findings.error(
      "environment",
      "NODE_TLS_REJECT_UNAUTHORIZED is 0: key sets of any server are believed.",
      "Remove the variable; name your authority in keys.ca.",
    )
  if (Environment?.Error !== undefined)
    findings.warning(
      "environment",
      "Lambda cannot decrypt the function's variables.",
      "Check the KMS key of the function.",
    )
  try {
    const deployed = configFromEnvironment(variables)
    if (deployed === undefined)
      findings.info("environment", "The variables hold no configuration: it is in the function's bundle.")
    else if (canonicalJson(withoutSchema(deployed)) !== canonicalJson(withoutSchema(config)))
      findings.warning(
        "environment",
        "The function has another configuration than the one that was given.",
        "Compare them with hallpass diff, then deploy the one that is meant.",
      )
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    const [first] = error.problems
    findings.error(
      "environment",
      `The function's variables hold no configuration: ${shown(`${first?.path} ${first?.message}`, 300)}.`,
      "Correct them; the function answers nothing until then.",
    )
  }
}

const withoutSchema = ({ $schema: _, ...rest }: AuthorizerConfig): object => rest

/** The variables that hold secrets, also of a configuration whose secrets have problems. */
export function secretVariables({ edge, assertion }: AuthorizerConfig): readonly string[] {
  const ofEdge = (edge?.evidence ?? []).flatMap(({ hmac, secret }) => [hmac?.keys, secret?.values])
  return [...ofEdge, ...(assertion?.keys ?? [])].flatMap((reference) =>
    Object.hasOwn(Object(reference), "env") ? [Object(reference).env as string] : [],
  )
}
