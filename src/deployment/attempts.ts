import { setTimeout as sleep } from "node:timers/promises"
import { type Clock, systemClock } from "../types/clock.ts"
import { type LambdaCalls, lambdaCalls } from "./lambda-calls.ts"

/** What tests replace. */
export interface CheckedVersionParts {
  readonly lambda?: LambdaCalls
  readonly send?: (url: string, body: string) => Promise<void>
  readonly clock?: Clock
  readonly pause?: (milliseconds: number) => Promise<unknown>
  /** Where one line about each check is written. @default console.info */
  readonly log?: (line: string) => void
}

/** A check ends before the function's timeout of 60 seconds, with time left for the answer. */
const limitMs = 45_000
export const pauseMs = 5000

/** New roles take a moment to act everywhere, and Lambda updates one thing at a time. */
const passing: ReadonlySet<string> = new Set([
  "AccessDeniedException",
  "CodeArtifactUserPendingException",
  "ResourceConflictException",
  "ResourceNotReadyException",
  "TooManyRequestsException",
])

/** One check, which is tried again while a fault may pass and there is time left. */
export class Attempts {
  readonly #parts: CheckedVersionParts
  readonly #clock: Clock
  readonly #endMs: number

  constructor(parts: CheckedVersionParts) {
    this.#parts = parts
    this.#clock = parts.clock ?? systemClock
    this.#endMs = this.#clock() + limitMs
  }

  async of<T>(once: (lambda: LambdaCalls) => Promise<T>): Promise<T> {
    const lambda = this.#parts.lambda ?? (await lambdaCalls())
    for (;;) {
      try {
        return await once(lambda)
      } catch (error) {
        if (!passing.has(nameOf(error)) || !(await this.waited(pauseMs))) throw error
      }
    }
  }

  /** Waits, if there is time left. */
  async waited(milliseconds: number): Promise<boolean> {
    if (this.#clock() + milliseconds > this.#endMs) return false
    await (this.#parts.pause ?? sleep)(milliseconds)
    return true
  }
}

export const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error)
