/** A time in microseconds, for people: `0.8 µs`, `182 µs`, `1.84 ms`. */
export function durationText(microseconds: number): string {
  if (!Number.isFinite(microseconds)) return ""
  if (microseconds < 99.95) return `${microseconds.toFixed(1)} µs`
  if (microseconds < 999.5) return `${microseconds.toFixed(0)} µs`
  if (microseconds < 99_950) return `${(microseconds / 1000).toFixed(microseconds < 9995 ? 2 : 1)} ms`
  return `${(microseconds / 1000).toFixed(0)} ms`
}

/** Seconds as people say them: `now`, `+ 1 h`, `− 30 min`. */
export function offsetText(seconds: number): string {
  if (seconds === 0) return "now"
  const size = Math.abs(seconds)
  const sign = seconds < 0 ? "−" : "+"
  if (size % 3600 === 0) return `${sign} ${size / 3600} h`
  return size % 60 === 0 ? `${sign} ${size / 60} min` : `${sign} ${size} s`
}

/** `1 request`, `2 requests`. */
export function counted(count: number, thing: string): string {
  return `${count.toLocaleString("en")} ${thing}${count === 1 ? "" : "s"}`
}
