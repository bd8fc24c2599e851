const times = ["exp", "iat", "nbf", "auth_time", "now"]

/** A time in a token as people write it: seconds since 1970 cannot be read. Undefined for anything else. */
export function timeText(name: string, value: unknown): string | undefined {
  if (!times.includes(name) || typeof value !== "number" || !(Math.abs(value) < 8.64e12)) return undefined
  return new Date(value * 1000)
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/, " UTC")
}

const isText = (value: unknown): value is string => typeof value === "string"
const isScalar = (value: unknown): boolean => value === null || typeof value !== "object"

/** A value as one line: texts as they are, lists with commas, demands in words, everything else as JSON. */
export function valueText(value: unknown): string {
  if (isText(value)) return value
  if (value === undefined) return "(none)"
  if (Array.isArray(value)) return value.length === 0 ? "(none)" : value.every(isText) ? value.join(", ") : json(value)
  if (typeof value !== "object" || value === null) return String(value)
  const members = Object.entries(value)
  const [[name, list] = ["", undefined]] = members
  if (members.length === 1 && (name === "all" || name === "any") && Array.isArray(list) && list.every(isText))
    return list.length === 1 ? String(list[0]) : `${name} of ${list.join(", ")}`
  if (members.length === 0 || members.length > 6 || !members.every(([, each]) => isScalar(each))) return json(value)
  return members.map(([member, each]) => `${member} ${timeText(member, each) ?? String(each)}`).join(", ")
}

const json = (value: unknown): string => JSON.stringify(value) ?? "(none)"
