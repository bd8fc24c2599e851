import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { exportNginx } from "../../../src/mesh.ts"
import { freePort, startProgram } from "../../support/program.ts"
import { caddy, haproxy, nginx, type Tool } from "../../support/tools.ts"
import { config } from "../world.ts"
import { adapted, recipe } from "./recipes.ts"

/** Where a neighbour finds the service and the backend. */
export interface Addresses {
  readonly service: number
  readonly backend: number
}

/** A neighbour that runs for real, set up as docs/serve.md says. */
export interface RunningNeighbour {
  readonly port: number
  output(): string
  stop(): Promise<void>
}

export interface Neighbour {
  readonly name: string
  readonly tool: Tool
  readonly dialect: "nginx" | "caddy"
  /** What its client sees if the service cannot decide. */
  readonly undecided: number
  /** What its client sees if the service answers with this status; "reset": with none. */
  statusFor(answer: number | "reset"): number
  start(addresses: Addresses): Promise<RunningNeighbour>
}

type Write = (name: string, text: string) => string

/** Runs a program in a folder of its own. */
async function running(
  port: number,
  program: string,
  wordsIn: (folder: string, write: Write) => readonly string[],
): Promise<RunningNeighbour> {
  const folder = mkdtempSync(join(tmpdir(), "hallpass-neighbour-"))
  const write: Write = (name, text) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const started = await startProgram(program, wordsIn(folder, write), port)
  return {
    port,
    output: started.output,
    async stop() {
      await started.stop()
      rmSync(folder, { recursive: true })
    },
  }
}

const places = (
  { service, backend }: Addresses,
  port: number,
  listen: readonly [string, string],
): [string, string][] => [
  ["127.0.0.1:9191", `127.0.0.1:${service}`],
  ["127.0.0.1:8080", `127.0.0.1:${backend}`],
  [listen[0], listen[1].replace("PORT", String(port))],
]

/** @param exported what `hallpass export nginx` prints; undefined: the recipe */
async function startNginx(addresses: Addresses, withNjs: boolean, exported?: string): Promise<RunningNeighbour> {
  const port = await freePort()
  return await running(port, "/usr/sbin/nginx", (folder, write) => {
    const block = exported ?? recipe("nginx", "nginx")[withNjs ? 1 : 0]
    const http = adapted(block, [
      ...places(addresses, port, ["listen 80;", "listen 127.0.0.1:PORT;"]),
      ...(withNjs ? ([["/etc/nginx/hallpass", folder]] as const) : []),
    ])
    if (withNjs) write("hallpass.js", recipe("nginx", "js")[0] ?? "")
    for (const each of ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]) mkdirSync(join(folder, each))
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
      (each) => `${each}_temp_path ${folder}/${each};`,
    )
    const file = write(
      "nginx.conf",
      `${withNjs ? "load_module /usr/lib/nginx/modules/ngx_http_js_module.so;\n" : ""}worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr;
events {}
http {
${temporary.join("\n")}
access_log off;
${http}
}
`,
    )
    return ["-p", folder, "-e", "stderr", "-c", file, "-g", "daemon off; master_process off;"]
  })
}

/** nginx: every 2xx is an allow, and what is neither that nor 401 nor 403 is its own failure (reference, 2.1). */
const asNginx =
  (failure: number) =>
  (answer: number | "reset"): number => {
    if (answer === 401 || answer === 403) return answer
    return answer !== "reset" && answer < 300 ? 200 : failure
  }
/** The recipes in njs and Lua allow after 200 only. */
const afterOk = (answer: number | "reset"): number => (answer === 401 || answer === 403 ? answer : 503)

/** The neighbours of docs/serve.md that Debian packages. */
export const neighbours: readonly Neighbour[] = [
  {
    name: "nginx without njs",
    tool: nginx,
    dialect: "nginx",
    undecided: 500,
    statusFor: asNginx(500),
    start: (addresses) => startNginx(addresses, false),
  },
  {
    name: "nginx as hallpass export nginx sets it up",
    tool: nginx,
    dialect: "nginx",
    undecided: 500,
    statusFor: asNginx(500),
    start: (addresses) => startNginx(addresses, false, exportNginx(config).documents[0]),
  },
  {
    name: "nginx that forgets to drop names with underscores and dots",
    tool: nginx,
    dialect: "nginx",
    undecided: 500,
    statusFor: asNginx(500),
    start: (addresses) =>
      startNginx(
        addresses,
        false,
        `underscores_in_headers on;\nignore_invalid_headers off;\n${exportNginx(config).documents[0]}`,
      ),
  },
  {
    name: "nginx with njs",
    tool: nginx,
    dialect: "nginx",
    undecided: 503,
    statusFor: afterOk,
    start: (addresses) => startNginx(addresses, true),
  },
  {
    name: "Caddy",
    tool: caddy,
    dialect: "caddy",
    undecided: 503,
    // Every 2xx is an allow, and every other answer goes to the client as it is.
    statusFor: (answer) => (answer === "reset" ? 502 : answer < 300 ? 200 : answer),
    async start(addresses) {
      const port = await freePort()
      return await running(port, "caddy", (_folder, write) => {
        const site = adapted(recipe("Caddy", "caddyfile")[0], [
          ...places(addresses, port, ["http://orders.example.com", "http://:PORT"]),
        ])
        return ["run", "--adapter", "caddyfile", "--config", write("Caddyfile", `{\n\tadmin off\n}\n${site}`)]
      })
    },
  },
  {
    name: "HAProxy",
    tool: haproxy,
    dialect: "nginx",
    undecided: 503,
    statusFor: afterOk,
    async start(addresses) {
      const port = await freePort()
      return await running(port, "/usr/sbin/haproxy", (_folder, write) => {
        const service = [["127.0.0.1:9191", `127.0.0.1:${addresses.service}`]] as const
        const lua = write("hallpass.lua", adapted(recipe("HAProxy", "lua")[0], service))
        const [block] = recipe("HAProxy", "haproxy")
        const text = adapted(block, [
          ["/etc/haproxy/hallpass.lua", lua],
          ["127.0.0.1:8080", `127.0.0.1:${addresses.backend}`],
          ["bind :80", `bind 127.0.0.1:${port}`],
        ])
        return ["-db", "-f", write("haproxy.cfg", text)]
      })
    },
  },
]
