import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process"
import { on } from "node:events"
import { join, resolve } from "node:path"
import { undoAfterFile } from "../../support/file-parts.ts"

const root = resolve(import.meta.dirname, "../../..")

/** Name and value, in the order of the request. */
export type HeaderLine = readonly [name: string, value: string]

/** What the device is configured with in addition to the rule. */
export interface Device {
  /** Variables that the rule's first event sets, without `static::`, to set to another value. */
  readonly variables?: { readonly [name: string]: string }
  /** Data groups: name to records. */
  readonly dataGroups?: { readonly [name: string]: { readonly [key: string]: string } }
  /** Objects of `apm oauth jwk-config`: name to the file of the private key and the JOSE header that goes with it. */
  readonly keys?: { readonly [name: string]: { readonly file: string; readonly header: object } }
  /**
   * Which copies of a header `HTTP::header remove` removes, which the manuals do not tell alike. With "last",
   * `HTTP::header names` lists a name once. @default "all"
   */
  readonly removal?: "all" | "last"
}

/** One request of a client, and what APM knows about it. Texts go to the rule as their UTF-8 bytes. */
export interface ClientRequest {
  readonly method?: string
  /** As in the request line, without the query string. */
  readonly path?: string
  readonly headers?: readonly HeaderLine[]
  /** Session variables. */
  readonly session?: { readonly [name: string]: string | Buffer }
  /** Session variables that are only read with `-secure`. */
  readonly secure?: { readonly [name: string]: string }
  /** APM does not see this request: only HTTP_REQUEST fires. */
  readonly bypassed?: boolean
  /** A header that something else sets between the two events. */
  readonly between?: HeaderLine
}

/** What a rule did to one request. */
export interface RuleOutcome {
  /** What goes on to the next hop, in order. Without meaning when the rule answered by itself. */
  readonly headers: readonly HeaderLine[]
  /** The status that the rule answered with, when it did. */
  readonly responded?: number
  /** The texts that were signed with an HMAC. */
  readonly signed: readonly string[]
  /** The payloads that were signed as a JWS. */
  readonly payloads: readonly string[]
  readonly log: readonly string[]
  /** The Tcl error that ended the rule. */
  readonly error?: string
}

/** Seconds since the epoch on the device's clock. */
export const deviceSeconds = 1_767_225_600

/** Runs requests through an iRule of `examples/f5/`, in order, on one connection to a new device. */
export async function runRule(
  rule: string,
  device: Device,
  requests: readonly ClientRequest[],
): Promise<RuleOutcome[]> {
  const lines = [
    line("rule", join(root, "examples/f5", rule)),
    ...deviceLines(device),
    ...requests.flatMap(requestLines),
  ]
  const said = await ask(`${lines.join("\n")}\nclose\n`)
  const outcomes = said.split("done\n").slice(0, -1).map(outcome)
  if (outcomes.length !== requests.length) throw new Error(`${requests.length} requests, ${outcomes.length} outcomes`)
  return outcomes
}

const end = "closed\n"
let program: ChildProcessWithoutNullStreams | undefined
let before: Promise<unknown> = Promise.resolve()

/** Says something to the program that plays the device, one after the other. A file starts it once. */
function ask(text: string): Promise<string> {
  const answer = before.then(() => answerTo(text))
  before = answer.catch(() => undefined)
  return answer
}

async function answerTo(text: string): Promise<string> {
  program ??= start()
  const { stdin, stdout, stderr } = program
  stdin.write(text)
  let said = ""
  for await (const [chunk] of on(stdout, "data", { close: ["end"] })) {
    said += chunk
    if (said.endsWith(end)) return said.slice(0, -end.length)
  }
  program = undefined
  throw new Error(`tclsh has ended: ${said.slice(-500)} ${stderr.read() ?? ""}`)
}

function start(): ChildProcessWithoutNullStreams {
  const made = spawn("tclsh", [join(import.meta.dirname, "shims.tcl")])
  made.stdin.on("error", () => undefined) // the end of its output says so
  made.stdout.setEncoding("utf8")
  made.stderr.setEncoding("utf8")
  undoAfterFile(() => {
    made.kill()
    program = undefined
  })
  return made
}

function line(word: string, ...values: readonly (string | Buffer)[]): string {
  return [word, ...values.map((value) => `x${Buffer.from(value).toString("hex")}`)].join(" ")
}

function deviceLines({ variables = {}, dataGroups = {}, keys = {}, removal = "all" }: Device): string[] {
  return [
    line("now", String(deviceSeconds)),
    line("removal", removal),
    ...Object.entries(variables).map(([name, value]) => line("static", name, value)),
    ...Object.entries(dataGroups).flatMap(([group, records]) => [
      line("group", group),
      ...Object.entries(records).map(([key, value]) => line("record", group, key, value)),
    ]),
    ...Object.entries(keys).map(([name, { file, header }]) => line("jwk", name, file, JSON.stringify(header))),
  ]
}

function requestLines({
  method = "GET",
  path = "/orders/7",
  headers = [["Host", "api.example.com"]],
  session = {},
  secure = {},
  bypassed = false,
  between,
}: ClientRequest): string[] {
  return [
    "forget",
    line("method", method),
    line("path", path),
    ...headers.map(([name, value]) => line("header", name, value)),
    ...Object.entries(session).map(([name, value]) => line("session", name, value)),
    ...Object.entries(secure).map(([name, value]) => line("secure", name, value)),
    ...(between === undefined ? [] : [line("between", `lappend headers [list {${between[0]}} {${between[1]}}]`)]),
    line("run", bypassed ? "bypassed" : ""),
  ]
}

function outcome(text: string): RuleOutcome {
  const items = text
    .split("\n")
    .filter((item) => item !== "")
    .map((item) => item.split(" ").map((word, index) => (index === 0 ? word : unhex(word))))
  const all = (word: string): string[] => items.filter(([first]) => first === word).map(([, value = ""]) => value)
  const [status] = all("respond")
  const [error] = all("error")
  return {
    headers: items.filter(([word]) => word === "header").map(([, name = "", value = ""]): HeaderLine => [name, value]),
    signed: all("signed"),
    payloads: all("payload"),
    log: all("log"),
    ...(status === undefined ? {} : { responded: Number(status) }),
    ...(error === undefined ? {} : { error }),
  }
}

/** Bytes as characters up to U+00FF, as Node reads header lines. */
function unhex(word: string): string {
  return Buffer.from(word.slice(1), "hex").toString("latin1")
}
