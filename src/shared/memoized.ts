/** Makes a value when it is first asked for, and the same one from then on. */
export function memoized<T>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}
