import type { RequestSummary } from "../server/control-api.ts"

/** The last requests, and who listens for new ones. */
export class RequestLog {
  readonly #max: number
  #requests: readonly RequestSummary[] = []
  readonly #listeners = new Set<(request: RequestSummary) => void>()

  constructor(max: number = 200) {
    this.#max = max
  }

  /** Newest first. */
  get newest(): readonly RequestSummary[] {
    return this.#requests
  }

  add(request: RequestSummary): void {
    this.#requests = [request, ...this.#requests.slice(0, this.#max - 1)]
    for (const listener of this.#listeners) listener(request)
  }

  /** @returns ends the subscription */
  listen(listener: (request: RequestSummary) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}
