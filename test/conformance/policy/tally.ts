import { afterAll } from "vitest"

/** Counts what a file's properties met, and prints it at the end: a generator is worth only what it generates. */
export function tally(name: string): { readonly of: (what: string) => number; readonly count: (what: string) => void } {
  const counts = new Map<string, number>()
  afterAll(() => console.info(`${name}: ${JSON.stringify(Object.fromEntries([...counts].sort()))}`))
  return {
    of: (what) => counts.get(what) ?? 0,
    count: (what) => void counts.set(what, (counts.get(what) ?? 0) + 1),
  }
}
