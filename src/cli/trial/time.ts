import { UsageError } from "../frame/command.ts"

/** A point in time: ISO 8601, or seconds since 1970. @returns milliseconds since the epoch */
export function parseTime(text: string): number {
  const ms = /^\d{1,11}(?:\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text)
  if (Number.isFinite(ms)) return ms
  throw new UsageError("a time is ISO 8601, such as 2026-11-30T09:00:00Z, or seconds since 1970")
}
