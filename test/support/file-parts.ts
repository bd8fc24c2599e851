// What a test file has for itself while others share its process. test/support/environment.ts makes and removes it.

/** What each test file has for itself, such as a folder. */
interface OwnPart {
  make(): void
  remove(): void
}

const parts: OwnPart[] = []
const toUndo: (() => void)[] = []

/** Makes a part for this file now, and for each later file of this process before it begins. */
export function forEachFile(part: OwnPart): void {
  part.make()
  parts.push(part)
}

/** Has something done when this file is done, after its own `afterAll`. */
export function undoAfterFile(undo: () => void): void {
  toUndo.push(undo)
}

/** Does now what `undoAfterFile` was given. */
export function undoAll(): void {
  for (const undo of toUndo.splice(0)) undo()
}

export function makeParts(): void {
  for (const part of parts) part.make()
}

export function removeParts(): void {
  for (const part of parts) part.remove()
}
