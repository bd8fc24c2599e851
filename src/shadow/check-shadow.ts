import { knownKeys, number, object, type Report } from "../problems/option-checks.ts"
import type { AuthorizerConfig, ShadowOptions } from "../types/configuration.ts"
import type { ConfigurationProblem } from "../types/errors.ts"

/** What has to be written where hallpass must not decide, so that it cannot happen by accident (SR-168). */
export const acknowledgement = "hallpass decides nothing in this mode"

/** The `shadow` block, checked and with defaults. */
export interface CheckedShadow {
  readonly timeoutMs: number
  /** The header with the existing decision, and its evidence. */
  readonly header: Required<Pick<ShadowOptions, "header" | "evidence">> | undefined
  /** The configuration without the block. */
  readonly own: AuthorizerConfig
}

const timeout = { min: 0, max: 5000, fallback: 1000, unit: "milliseconds" }

/** Checks `shadow`, and what it demands of the other blocks. @param hasHook whether `parts.existing` is there */
export function checkShadow({ shadow, ...own }: AuthorizerConfig, hasHook: boolean, report: Report): CheckedShadow {
  const raw = object(shadow, "shadow", report) ?? {}
  knownKeys(raw, ["acknowledge", "timeoutMs", "header", "evidence"], "shadow", report)
  if (raw.acknowledge !== acknowledgement) {
    report(
      "shadow.acknowledge",
      `must be "${acknowledgement}": every answer is that of the existing authorizer. Write it word for word`,
    )
  }
  const { observe } = Object(own) as { readonly observe?: unknown }
  const { audit, traceContext } = Object(observe) as { readonly audit?: unknown; readonly traceContext?: unknown }
  if (audit === "ocsf") {
    report(
      "observe.audit",
      'must be "none" with shadow: an audit record would be about answers that no caller got. Set it to "none", or remove it',
    )
  }
  if (traceContext === true) {
    report(
      "observe.traceContext",
      "must be false with shadow: the answers are those of the existing authorizer. Remove this option",
    )
  }
  const timeoutMs = number(raw.timeoutMs, "shadow.timeoutMs", report, timeout)
  const header = checkHeader(raw, own, report)
  if (header === undefined && raw.header === undefined && !hasHook) {
    report(
      "shadow",
      "needs the existing authorizer. Pass its function as parts.existing, or name the header with its decision",
    )
  }
  if (raw.header !== undefined && hasHook) {
    report(
      "shadow.header",
      "must be left out with parts.existing: only one of them can say what is answered. Remove one of the two",
    )
  }
  return { timeoutMs, header, own: header ? withoutSecrets(own) : own }
}

/** Evidence itself is checked as that of an edge, see `existing-header.ts`. */
function checkHeader(
  { header, evidence }: { readonly [option: string]: unknown },
  { gateway, credential }: AuthorizerConfig,
  report: Report,
): CheckedShadow["header"] {
  if (header === undefined) {
    if (evidence !== undefined) report("shadow.evidence", "goes_with", "shadow.header")
    return undefined
  }
  if (Object(gateway).resultTtlSeconds !== 0) {
    report(
      "gateway.resultTtlSeconds",
      "must be 0 with shadow.header: the header is about one request. Set it to 0, here and in API Gateway",
    )
  }
  const { header: carrier = "Authorization" } = Object(credential) as { readonly header?: unknown }
  if (String(header).toLowerCase() === String(carrier).toLowerCase()) {
    report("shadow.header", "names the header of the credential. Choose another one")
  }
  for (const [index, entry] of (Array.isArray(evidence) ? evidence : []).entries()) {
    if (Object(entry).jws === undefined) continue
    report(`shadow.evidence[${index}].jws`, "is no evidence of this header. Use hmac, or mtls or vpceIds with secret")
  }
  return { header, evidence } as unknown as CheckedShadow["header"]
}

/** Without an edge of its own, hallpass has nothing that secrets would be for. */
function withoutSecrets(config: AuthorizerConfig): AuthorizerConfig {
  if (config.edge !== undefined) return config
  const { secrets: _, ...rest } = config
  return rest
}

/**
 * Problems of the authorizer that reads the header, where the configuration has what they are about; others it has
 * itself.
 */
export function problemsOfHeader(problems: readonly ConfigurationProblem[]): readonly ConfigurationProblem[] {
  return problems.map(({ path, message }) => ({
    path: path
      .replace(/^edge\.evidence/, "shadow.evidence")
      .replace(/^edge\.headers\.user(?:\.name)?/, "shadow.header"),
    message,
  }))
}
