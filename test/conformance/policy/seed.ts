/** The seed of this run: chosen by the clock, or repeated with `HALLPASS_SEED=… vitest run …`. */
export const seed: number = Number(process.env.HALLPASS_SEED ?? Date.now() % 2 ** 31)

/** fast-check's parameters with the seed, which is printed whether the property holds or not. */
export function seeded<T extends object>(name: string, parameters: T): T & { readonly seed: number } {
  console.info(`${name}: HALLPASS_SEED=${seed}`)
  return { seed, ...parameters }
}
