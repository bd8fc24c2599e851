/** Fetches at once from how many issuers: enough to hide latency, too few to look like an attack. */
const parallelism = 8

/** Does something for every item, a few at a time. */
export async function inParallel<T>(items: readonly T[], work: (item: T) => unknown): Promise<void> {
  const waiting = [...items]
  const worker = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(parallelism, items.length) }, worker))
}
