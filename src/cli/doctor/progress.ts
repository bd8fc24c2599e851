import { plain } from "../frame/output.ts"

/** One line on standard error that says what is being done; it goes when the work is done. */
export class Progress {
  readonly #isShown: boolean
  #hasLine = false

  /** @param isShown false where standard error is no terminal */
  constructor(isShown: boolean) {
    this.#isShown = isShown
  }

  show(text: string): void {
    if (!this.#isShown) return
    this.#hasLine = true
    process.stderr.write(`\r\u001b[2K${plain(text, 70)} …`)
  }

  clear(): void {
    if (this.#hasLine) process.stderr.write("\r\u001b[2K")
  }
}
