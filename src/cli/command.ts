/** One command of `hallpass`. */
export interface Command {
  /** For the list of commands. */
  readonly summary: string
  /** What `--help` prints: what it does, every option, examples. */
  readonly help: string
  /**
   * @param args what follows the command's name
   * @returns the exit code
   * @throws UsageError (rejects) for a mistake of the caller
   */
  run(args: readonly string[]): Promise<number>
}

/** A mistake of the caller: one line without a full stop, exit code 2. */
export class UsageError extends Error {
  override readonly name: string = "UsageError"
}
