// What must never be seen in any output: everything with the word `canary` in it, and the tokens that tests mint.

/** Enough characters to be sure, and few enough to keep for every token of a run. */
const length = 24
const planted = new Set<string>()

/** Remembers a secret of a test: a signature, a key, a header value. Its beginning will be looked for. */
export function plant(secret: string): void {
  if (secret.length >= length) planted.add(secret.slice(0, length))
}

/** What of all that is in a text, each with a few characters around it. */
export function canariesIn(text: string): readonly string[] {
  const found = [...text.matchAll(/.{0,40}(?:canary|eyJ[\w-]{16}).{0,20}/gi)].map(([around]) => around)
  if (planted.size === 0) return found
  for (const [run] of text.matchAll(/[\w+/=-]{24,}/g)) {
    for (let at = 0; at + length <= run.length; at++)
      if (planted.has(run.slice(at, at + length))) found.push(run.slice(at, at + length))
  }
  return found
}
