/** Something that a diagnosis found. */
export interface DiagnosisFinding {
  /** What was looked at: `discovery`, `issuer`, `keys`, `cache`, `latency`, `clock`, `certificate`, `audience` … */
  readonly check: string
  /** `error`: something fails or will fail; `warning`: it may; `info`: worth knowing. */
  readonly severity: "error" | "warning" | "info"
  readonly message: string
  /** What to do. */
  readonly remedy?: string
  /** When it fails: `now`, or a time in ISO 8601. Errors have one; others if a time is known. */
  readonly when?: string
}

/** `bad`: something fails or will fail; `fair`: it may; `good`: neither. */
export type DiagnosisGrade = "good" | "fair" | "bad"

/** The grade that findings come to. */
export function gradeOf(findings: readonly DiagnosisFinding[]): DiagnosisGrade {
  if (findings.some(({ severity }) => severity === "error")) return "bad"
  return findings.some(({ severity }) => severity === "warning") ? "fair" : "good"
}

/** Collects findings. */
export class Findings {
  readonly list: DiagnosisFinding[] = []

  error(check: string, message: string, remedy: string, when = "now"): void {
    this.list.push({ check, severity: "error", message, remedy, when })
  }

  warning(check: string, message: string, remedy: string, when?: string): void {
    this.list.push({ check, severity: "warning", message, remedy, ...(when !== undefined && { when }) })
  }

  info(check: string, message: string, when?: string): void {
    this.list.push({ check, severity: "info", message, ...(when !== undefined && { when }) })
  }
}

/** Text of a server or a token for a message: control characters become blanks, and a long one is cut. */
export function shown(value: unknown, maxLength: number = 120): string {
  const text = (typeof value === "string" ? value : jsonOf(value))
    .slice(0, maxLength * 4)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ")
  return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text
}

/** A value that nests too deep to be written is still a value. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "nothing"
  } catch {
    return "a value that nests too deep"
  }
}

/** Whole days from now to a time, for messages. */
export const daysUntil = (ms: number, nowMs: number): number => Math.floor((ms - nowMs) / 86_400_000)

/** One issuer, as it answers now. */
export interface IssuerDiagnosis {
  readonly issuer: string
  /** Where it is in the configuration: `issuers[0]`. */
  readonly path: string
  readonly grade: DiagnosisGrade
  readonly findings: readonly DiagnosisFinding[]
  /** What was measured. */
  readonly facts: {
    readonly discoveryUrl?: string
    readonly jwksUri?: string
    /** Keys that verify tokens. */
    readonly keys?: number
    readonly latencyMs?: number
    /** For how long hallpass takes the set as fresh. */
    readonly freshForSeconds?: number
    /** How far the issuer's clock is ahead of this machine's. */
    readonly clockOffsetSeconds?: number
    readonly certificateEnds?: string
    /** Host and port of the proxy, if one is used. */
    readonly proxy?: string
  }
}
