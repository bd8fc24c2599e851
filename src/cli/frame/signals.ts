/** Resolves at Ctrl-C or SIGTERM. A second signal ends the process at once, as without a listener. */
export function ending(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve())
  })
}
