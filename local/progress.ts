/**
 * Shows what is under way. On a terminal the seconds count up in place; elsewhere each step gets its own line.
 */
export interface Progress {
  /** One line for good. */
  line(text: string): void
  /** Runs work that takes a while, and shows the seconds that it has taken so far. */
  during<Result>(text: string, work: Promise<Result>): Promise<Result>
}

const plainIntervalSeconds = 10

/** Writes to a stream: the terminal, or a log. */
export function progressOn(stream: NodeJS.WriteStream): Progress {
  const line = (text: string) => void stream.write(`${text}\n`)
  return {
    line,
    async during(text, work) {
      const startedAt = performance.now()
      const seconds = () => Math.round((performance.now() - startedAt) / 1000)
      line(`${text} …`)
      const timer = setInterval(() => {
        if (stream.isTTY) stream.write(`\r  ${seconds()} s`)
        else if (seconds() % plainIntervalSeconds === 0) line(`  ${seconds()} s`)
      }, 1000)
      try {
        return await work
      } finally {
        clearInterval(timer)
        if (stream.isTTY) stream.write("\r\x1b[K")
      }
    },
  }
}
