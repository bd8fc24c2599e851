const given = process.env.HALLPASS_SEED

/**
 * The seed of this run. A fixed one by default, so that a change is judged by itself and not by luck; `HALLPASS_SEED=clock`
 * looks at other cases, and `HALLPASS_SEED=…` repeats them.
 */
export const seed: number = given === "clock" ? Date.now() % 2 ** 31 : Number(given ?? 2_126_839_733)

/** fast-check's parameters with the seed, which is printed whether the property holds or not. */
export function seeded<T extends object>(name: string, parameters: T): T & { readonly seed: number } {
  console.info(`${name}: HALLPASS_SEED=${seed}`)
  return { seed, ...parameters }
}
