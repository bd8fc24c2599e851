// Documents with a text in them that a terminal would interpret, and runs of commands that may not let it through.
import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs"
import { dump } from "js-yaml"
import { expect } from "vitest"
import { command, file } from "./in-process.ts"

const sequences = {
  "clear the screen": "\u001b[2J",
  colour: "\u001b[31m",
  bell: "\u0007",
  backspace: "\b",
  "a link (OSC 8)": "\u001b]8;;https://evil.example\u0007text\u001b]8;;\u001b\\",
  "the C1 form of CSI": "\u009b2J",
  "the C1 form of OSC": "\u009d0;title\u009c",
  delete: "\u007f",
  "carriage return": "\roverwritten",
  "from right to left": "\u202etxet\u202c",
  isolate: "\u2066text\u2069",
  "no width": "\u200b",
  "a byte-order mark": "\ufeff",
  "line separator": "\u2028",
  "an invisible tag": "\u{e0041}",
}
/** A second line, which could pass for one of the command. */
export const evil: string = `${Object.values(sequences).join("-")}\nFORGED line`
const interpreted = /(?!\t|\r?\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u

export function expectHarmless(text: string, what: string): void {
  const found = interpreted.exec(text)
  if (found !== null)
    expect.fail(`${what} prints ${JSON.stringify(text.slice(Math.max(0, found.index - 60), found.index + 5))}`)
  if (/^FORGED/m.test(text)) expect.fail(`${what} prints a line of the input as one of its own`)
}

type Form = "text" | "json"

/** Runs a command as it is, and with `--json`. @param terminal whether standard error is one */
export async function run(
  words: readonly string[],
  { terminal = false, forms = ["text", "json"] }: { terminal?: boolean; forms?: readonly Form[] } = {},
): Promise<{ readonly code: number }> {
  let first: { readonly code: number } | undefined
  for (const form of forms) {
    const done = await command(form === "json" ? [...words, "--json"] : words, terminal)
    // A cell of CSV may have several lines.
    expectHarmless(words.includes("csv") ? done.stdout.replaceAll("\nFORGED", "") : done.stdout, words.join(" "))
    expectHarmless(done.stderr, words.join(" "))
    if (form === "json" && done.stdout !== "") JSON.parse(done.stdout)
    first ??= done
  }
  return first ?? { code: 0 }
}

const repeating = [..."bcdefgh"].map((name, at) => {
  const before = `*${"abcdefg"[at]}`
  return `${name}: &${name} [${Array(10).fill(before).join(",")}]\n`
})
/** YAML of a few lines, whose aliases repeat a text 100 million times. */
export const aliasBomb: string = `a: &a [x,x,x,x,x,x,x,x,x,x]\n${repeating.join("")}`

type Path = readonly (string | number)[]
/** Every place of a document that holds a text, and the name of every member. */
function* places(value: unknown, path: Path = []): Generator<{ path: Path; isName: boolean; text: string }> {
  if (typeof value === "string") yield { path, isName: false, text: value }
  if (typeof value !== "object" || value === null) return
  for (const [name, inner] of Object.entries(value)) {
    const at = [...path, Array.isArray(value) ? Number(name) : name]
    if (!Array.isArray(value)) yield { path: at, isName: true, text: name }
    yield* places(inner, at)
  }
}

/** A document with the evil text after the texts and names of some places. */
function changed(value: unknown, isChanged: (path: Path, isName: boolean) => boolean, path: Path = []): unknown {
  if (typeof value === "string") return isChanged(path, false) ? value + evil : value
  if (typeof value !== "object" || value === null) return value
  if (Array.isArray(value)) return value.map((each, at) => changed(each, isChanged, [...path, at]))
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const at = [...path, name]
      return [isChanged(at, true) ? name + evil : name, changed(inner, isChanged, at)]
    }),
  )
}

/** A document with the evil text in one place at a time; and in all places with the same text, as a name that is used. */
export function* hostileDocuments(document: unknown): Generator<unknown> {
  const all = [...places(document)].map((place) => ({ ...place, key: JSON.stringify([place.path, place.isName]) }))
  const groups = [...Map.groupBy(all, (place) => place.text).values()].filter(({ length }) => length > 1)
  for (const group of [...all.map((place) => [place]), ...groups]) {
    const keys = new Set(group.map(({ key }) => key))
    yield changed(document, (path, isName) => keys.has(JSON.stringify([path, isName])))
  }
}

/**
 * Such documents and two that cannot be parsed, one after the other in one file, which is never empty in between: some
 * file systems write a file to the disk at once if it was emptied first.
 */
export function* hostile(document: unknown, ending: "json" | "yaml" = "json"): Generator<string> {
  const path = file(`hostile.${ending}`, "")
  const opened = openSync(path, "r+")
  const write = (text: string): string => {
    ftruncateSync(opened, writeSync(opened, text, 0))
    return path
  }
  const text = (value: unknown): string =>
    ending === "json" ? JSON.stringify(value) : dump(value, { lineWidth: -1, noRefs: true, forceQuotes: true })
  try {
    for (const each of hostileDocuments(document)) yield write(text(each))
    yield write(`${text(document)}${evil}`)
    yield write(`{ "${evil}": "${evil}" }`)
  } finally {
    closeSync(opened)
  }
}
