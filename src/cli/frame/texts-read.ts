/** A file of plain data as it was read. */
export interface ReadText {
  readonly file: string
  readonly name: string
  readonly text: string
  /** Reads the text, or one with another name in it, as the command does. */
  parse(text: string): Promise<unknown>
}

/** By what it was read as, then by file: what a running command has read, for the lines of problems. */
const texts = new Map<string, Map<string, ReadText>>()

/** @param what for example `configuration`, as `readInput` has it */
export function keepText(what: string, read: ReadText): void {
  const before = texts.get(what)
  if (before === undefined) texts.set(what, new Map([[read.file, read]]))
  else before.set(read.file, read)
}

/** Forgets everything: a command begins. */
export function forgetTexts(): void {
  texts.clear()
}

/** Every file that was read as this. */
export function textsOf(what: string): readonly ReadText[] {
  return [...(texts.get(what)?.values() ?? [])]
}
