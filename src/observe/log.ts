import { Logger } from "@aws-lambda-powertools/logger"
import type { LogAttributes } from "@aws-lambda-powertools/logger/types"
import { describeFault } from "./describe-fault.ts"

export type LogLevel = "info" | "warn" | "error"

/** Structured records on standard output, through Powertools Logger. */
export interface Log {
  /** One structured record as a JSON line. */
  record(level: LogLevel, message: string, details: object): void
  /** One record of an error, described without any text of it. */
  fault(message: string, error: unknown): void
}

/** Records through a Powertools Logger. */
export function createLog(serviceName: string): Log {
  const logger = new Logger({ serviceName })
  return {
    record: (level, message, details) => logger[level](message, details as LogAttributes),
    fault: (message, error) => logger.error(message, { fault: describeFault(error) }),
  }
}
