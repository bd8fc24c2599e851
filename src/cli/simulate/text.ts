import { type Output, plain } from "../frame/output.ts"
import { columns, wrapped } from "../frame/table.ts"
import type { SimulatedAnswer, SimulatedRow, Simulation } from "./run.ts"

const asked = { function: "function", cache: "cache", gateway: "gateway" } as const
const titles: { readonly [name: string]: string } = { exact: "exact ARN", star: "*" }
const kinds = { rest: "REST API", http: "HTTP API", websocket: "WebSocket API" } as const

/** A simulation for people: a table, and what it comes to. */
export function simulationText(simulation: Simulation, output: Output): string {
  const { caller, api, requests, functionCalls } = simulation
  const others = Object.keys(functionCalls).filter((name) => name !== "hallpass")
  const head = `${kinds[api.kind]}; ${keptText(api)}. Caller: ${plain(caller, 100)}.`
  const width = others.length === 0 ? 44 : 34
  const rows = requests.map((row) => [
    plain(row.request, width),
    asked[row.answeredFrom],
    hallpassCell(row, others.length === 0),
    ...others.map((name) => otherCell(row, name, output)),
  ])
  const title = ["request", "answered by", "hallpass", ...others.map((name) => titles[name] ?? name)]
  return [
    ...wrapped(head, output.columns),
    "",
    columns([title.map((text) => output.style("bold", text)), ...rows], "", output.columns).trimEnd(),
    "",
    ...wrapped(summary(simulation), output.columns),
    ...others.flatMap((name) => wrapped(verdict(name, requests), output.columns)),
    "",
  ].join("\n")
}

function keptText({ resultTtlSeconds, identitySources }: Simulation["api"]): string {
  if (resultTtlSeconds === 0) return "no answer is kept"
  return `answers are kept for ${resultTtlSeconds} s under ${identitySources.map((source) => plain(source, 80)).join(", ")}`
}

/** The reason says more than the words of API Gateway, which are the same for every 403. */
function hallpassCell({ status, reason, body }: SimulatedRow, isWide: boolean): string {
  if (status === 200) return "200"
  const why = reason === "ok" ? (body ?? "") : reason
  return isWide ? `${status} ${plain(why, 120)}` : String(status)
}

function otherCell({ compare }: SimulatedRow, name: string, output: Output): string {
  const answer: (SimulatedAnswer & { readonly wrong?: string }) | undefined = compare?.[name]
  if (answer === undefined) return ""
  const note = answer.answeredFrom === "cache" ? " (cache)" : ""
  return answer.wrong === undefined
    ? `${answer.status}${note}`
    : output.style("red", `${answer.status} ${answer.wrong}`)
}

function summary({ requests, functionCalls }: Simulation): string {
  const kept = requests.filter(({ answeredFrom }) => answeredFrom === "cache").length
  const count = requests.length === 1 ? "1 request" : `${requests.length} requests`
  return `hallpass: ${count}, ${times(functionCalls.hallpass ?? 0)} the function, ${kept} from the cache.`
}

const times = (count: number): string => (count === 1 ? "1 asked" : `${count} asked`)

function verdict(name: string, requests: readonly SimulatedRow[]): string {
  const of = (kind: string): number => requests.filter(({ compare }) => compare?.[name]?.wrong === kind).length
  const [opened, blocked] = [of("opened"), of("blocked")]
  const title = titles[name] ?? name
  if (opened + blocked === 0) return `${title}: every answer is right for these requests.`
  return `${title}: opened ${opened} that must be refused, blocked ${blocked} that must pass.`
}
