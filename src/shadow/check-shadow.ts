import { knownKeys, number, object, type Report, word } from "../shared/check.ts"
import type { AuthorizerConfig, ObservingOptions } from "../types/configuration.ts"
import type { ConfigurationProblem } from "../types/errors.ts"

/** What has to be written where hallpass must not decide, so that nobody does it in passing (SR-168). */
export const acknowledgement = "hallpass decides nothing in this mode"

/** The mode, checked and with defaults. */
export interface CheckedMode {
  readonly observes: boolean
  readonly timeoutMs: number
  /** Where the existing decision stands, if it comes in a header. */
  readonly header: Required<Pick<ObservingOptions, "header" | "evidence">> | undefined
  /** The configuration without the mode. */
  readonly own: AuthorizerConfig
}

const timeout = { min: 0, max: 5000, fallback: 1000, unit: "milliseconds" }

/** Checks `mode` and `observing`, and what they demand of the rest. @param hasHook whether `parts.existing` is there */
export function checkMode(
  { mode, observing, ...own }: AuthorizerConfig,
  hasHook: boolean,
  report: Report,
): CheckedMode {
  if (word(mode, "mode", report, ["decide", "observe"], "decide") === "decide") {
    if (observing !== undefined) report("observing", 'goes with mode "observe" only')
    return { observes: false, timeoutMs: 0, header: undefined, own }
  }
  const raw = object(observing ?? {}, "observing", report) ?? {}
  knownKeys(raw, ["acknowledge", "timeoutMs", "header", "evidence"], "observing", report)
  if (raw.acknowledge !== acknowledgement) {
    report("observing.acknowledge", `must be "${acknowledgement}": every answer is that of the existing authorizer`)
  }
  const { observe } = Object(own) as { readonly observe?: unknown }
  const { audit, traceContext } = Object(observe) as { readonly audit?: unknown; readonly traceContext?: unknown }
  if (audit === "ocsf") {
    report("observe.audit", 'must be "none" in mode "observe": an audit record would tell of answers that nobody got')
  }
  if (traceContext === true) {
    report("observe.traceContext", 'must be false in mode "observe": the answers are those of the existing authorizer')
  }
  const timeoutMs = number(raw.timeoutMs, "observing.timeoutMs", report, timeout)
  const header = checkHeader(raw, own, report)
  if (header === undefined && raw.header === undefined && !hasHook) {
    report("observing", "needs the existing authorizer: its function as parts.existing, or its decision in a header")
  }
  if (raw.header !== undefined && hasHook) {
    report("observing.header", "must be left out with parts.existing: only one of them can say what is answered")
  }
  return { observes: true, timeoutMs, header, own: header ? withoutSecrets(own) : own }
}

/** Evidence itself is checked as that of an edge, see `existing-header.ts`. */
function checkHeader(
  { header, evidence }: { readonly [option: string]: unknown },
  { gateway, credential }: AuthorizerConfig,
  report: Report,
): CheckedMode["header"] {
  if (header === undefined) {
    if (evidence !== undefined) report("observing.evidence", "goes with header only")
    return undefined
  }
  if (Object(gateway).resultTtlSeconds !== 0) {
    report("gateway.resultTtlSeconds", "must be 0 with observing.header: the header is about one request")
  }
  const { header: carrier = "Authorization" } = Object(credential) as { readonly header?: unknown }
  if (String(header).toLowerCase() === String(carrier).toLowerCase()) {
    report("observing.header", "names the header of the credential; choose another")
  }
  for (const [index, entry] of (Array.isArray(evidence) ? evidence : []).entries()) {
    if (Object(entry).jws === undefined) continue
    report(`observing.evidence[${index}].jws`, "is no evidence of this header; use hmac, or mtls, secret and vpceIds")
  }
  return { header, evidence } as unknown as CheckedMode["header"]
}

/** Without an edge of its own, hallpass has nothing that secrets would be for. */
function withoutSecrets(config: AuthorizerConfig): AuthorizerConfig {
  if (config.edge !== undefined) return config
  const { secrets: _, ...rest } = config
  return rest
}

/** Problems of the authorizer that reads the header, where the configuration has what they are about; others it has itself. */
export function problemsOfHeader(problems: readonly ConfigurationProblem[]): readonly ConfigurationProblem[] {
  return problems.map(({ path, message }) => ({
    path: path
      .replace(/^edge\.evidence/, "observing.evidence")
      .replace(/^edge\.headers\.user(?:\.name)?/, "observing.header"),
    message,
  }))
}
