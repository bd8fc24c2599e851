/** The samples of every subject, by name. */
export type Samples<T> = ReadonlyMap<string, readonly T[]>

/** Takes samples in rounds. The subjects take turns, and every second round goes backwards, so that noise hits them all. */
export async function inRounds<S extends { readonly name: string }, T>(
  rounds: number,
  subjects: readonly S[],
  sample: (subject: S) => Promise<T>,
): Promise<Samples<T>> {
  const samples = new Map<string, T[]>(subjects.map(({ name }) => [name, []]))
  for (let round = -1; round < rounds; round++) {
    for (const subject of round % 2 === 0 ? subjects : subjects.toReversed()) {
      const taken = await sample(subject)
      if (round >= 0) samples.get(subject.name)?.push(taken) // the first round fills the file system's cache
    }
  }
  return samples
}
