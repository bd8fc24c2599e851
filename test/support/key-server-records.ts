import type { KeyEventRecord, KeyFetchRecord, Observer } from "../../src/types/observer.ts"

/** The records of fetches that an observer got, to be looked at or waited for. */
export interface KeyRecords {
  readonly observer: Observer
  /** All fetches so far, in order. */
  readonly fetches: readonly KeyFetchRecord[]
  /** The names of all events so far, in order. */
  readonly events: readonly KeyEventRecord["event"][]
  /** The n-th fetch, counted from 1; waits for it if need be. */
  fetch(n: number): Promise<KeyFetchRecord>
}

/** Keeps the records, so that tests wait for what happened and never for time to pass. */
export function keyRecords(): KeyRecords {
  const fetches: KeyFetchRecord[] = []
  const events: KeyEventRecord["event"][] = []
  const waiting: { readonly n: number; readonly settle: () => void }[] = []
  return {
    fetches,
    events,
    observer: {
      keyFetch(record) {
        fetches.push(record)
        for (const { n, settle } of waiting) if (n <= fetches.length) settle()
      },
      keyEvent: ({ event }) => void events.push(event),
    },
    async fetch(n) {
      const { promise, resolve } = Promise.withResolvers<void>()
      if (n > fetches.length) waiting.push({ n, settle: resolve })
      else resolve()
      await promise
      return fetches[n - 1] as KeyFetchRecord
    },
  }
}
