import type { Report } from "../problems/option-checks.ts"
import type { AuthorizerConfig, ShadowOptions } from "../types/configuration.ts"
import { shadowBlock } from "./declared/shadow.ts"

/** The `shadow` block, checked and with defaults. */
export interface CheckedShadow {
  readonly timeoutMs: number
  /** The header with the existing decision, and its evidence. */
  readonly header: Required<Pick<ShadowOptions, "header" | "evidence">> | undefined
  /** The configuration without the block. */
  readonly own: AuthorizerConfig
}

type Written = { readonly [option: string]: unknown }

interface WholeShadow {
  readonly shadow: Written
  readonly observe: Written
  readonly gateway: Written
  readonly credential: Written
  readonly assertion: unknown
  /** Whether `parts.existing` is there. */
  readonly hasHook: boolean
}

const rules: readonly ((whole: WholeShadow, report: Report) => unknown)[] = [
  ({ observe }, report) =>
    observe.audit === "ocsf" &&
    report(
      "observe.audit",
      'must be "none" with shadow: an audit record would be about answers that no caller got. ' +
        'Set it to "none", or remove it',
    ),

  ({ observe }, report) =>
    observe.traceContext === true &&
    report(
      "observe.traceContext",
      "must be false with shadow: the answers are those of the existing authorizer. Remove this option",
    ),

  ({ assertion }, report) =>
    assertion !== undefined &&
    report(
      "assertion",
      "must be left out with shadow: the answers are those of the existing authorizer. Add it when hallpass decides",
    ),

  ({ shadow, hasHook }, report) =>
    shadow.header === undefined &&
    !hasHook &&
    report(
      "shadow",
      "needs the existing authorizer. Pass its function as parts.existing, or name the header with its decision",
    ),

  ({ shadow, hasHook }, report) =>
    shadow.header !== undefined &&
    hasHook &&
    report(
      "shadow.header",
      "must be left out with parts.existing: only one of them can say what is answered. Remove one of the two",
    ),

  ({ shadow }, report) =>
    shadow.header === undefined &&
    shadow.evidence !== undefined &&
    report("shadow.evidence", "goes_with", "shadow.header"),

  ({ shadow, gateway }, report) =>
    shadow.header !== undefined &&
    gateway.resultTtlSeconds !== 0 &&
    report(
      "gateway.resultTtlSeconds",
      "must be 0 with shadow.header: the header is about one request. Set it to 0, here and in API Gateway",
    ),

  ({ shadow, credential: { header = "Authorization" } }, report) =>
    shadow.header !== undefined &&
    String(shadow.header).toLowerCase() === String(header).toLowerCase() &&
    report("shadow.header", "names the header of the credential. Choose another one"),

  ({ shadow }, report) => {
    if (shadow.header === undefined || !Array.isArray(shadow.evidence)) return
    for (const [index, entry] of shadow.evidence.entries()) {
      if (Object(entry).jws !== undefined)
        report(
          `shadow.evidence[${index}].jws`,
          "is no evidence of this header. Use hmac, or mtls or vpceIds with secret",
        )
    }
  },
]

/** Checks `shadow`, and what it demands of the other blocks. @param hasHook whether `parts.existing` is there */
export function checkShadow({ shadow, ...own }: AuthorizerConfig, hasHook: boolean, report: Report): CheckedShadow {
  const { timeoutMs = 0 } = shadowBlock.check(shadow, "shadow", report) ?? {}
  const written: Written = Object(shadow)
  const { observe, gateway, credential, assertion } = Object(own) as Written
  const whole = {
    shadow: written,
    observe: Object(observe),
    gateway: Object(gateway),
    credential: Object(credential),
    assertion,
    hasHook,
  }
  for (const rule of rules) rule(whole, report)
  const { header, evidence } = written
  if (header === undefined) return { timeoutMs, header, own }
  return { timeoutMs, header: { header, evidence } as NonNullable<CheckedShadow["header"]>, own: withoutSecrets(own) }
}

/** Without an edge of its own, hallpass has nothing that secrets would be for. */
function withoutSecrets(config: AuthorizerConfig): AuthorizerConfig {
  if (config.edge !== undefined) return config
  const { secrets: _, ...rest } = config
  return rest
}
