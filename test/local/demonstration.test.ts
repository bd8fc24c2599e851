import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { pictureOf } from "../../local/picture.ts"
import { raw } from "./stack/served.ts"

const start = fileURLToPath(new URL("../../local/start.ts", import.meta.url))
const cwd = fileURLToPath(new URL("../..", import.meta.url))
// No programs but Node.js: no compiler, no git, nothing of the system.
const { HOME, NODE_COMPILE_CACHE } = process.env
const env = { PATH: "/nonexistent", HOME, NODE_COMPILE_CACHE }

describe("16-1: npm start", () => {
  let shown = ""

  it("shows six requests, a refusal, a conflict and three authorizers in 25 lines, without a compiler, and ends", () => {
    const { status, stdout } = spawnSync(process.execPath, [start], { cwd, env, encoding: "utf8" })
    shown = stdout
    expect(status).toBe(0)
    const lines = stdout.trimEnd().split("\n")
    expect(lines.length).toBeLessThanOrEqual(25)
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(100)
    const statuses = lines.slice(2, 8).map((line) => /\b(?:200|401|403)\b/.exec(line)?.[0])
    expect(statuses).toEqual(["200", "403", "401", "401", "401", "401"])
    expect(stdout).toContain("POST /orders demands scopes orders:write; the token has openid, orders:read.")
    expect(stdout).toContain("GET /orders/{id}/items/notes, because * in a policy covers /, too")
    const [read, list, remove] = lines.slice(-3).map((line) => line.trim().split(/ {2,}/).slice(1))
    expect(read).toEqual(["200", "200", "200", "200"])
    expect(list).toEqual(["200", "403 wrong", "200", "200"])
    expect(remove).toEqual(["403", "403", "200 wrong", "403"])
  })

  it("is what the README shows", () => {
    const picture = readFileSync(new URL("../../docs/start.svg", import.meta.url), "utf8")
    expect(picture.length).toBeLessThan(40 * 1024)
    const texts = (svg: string): string[] => [...svg.matchAll(/<tspan[^>]*>([^<]*)</g)].map(([, text = ""]) => text)
    expect(texts(picture)).toEqual(texts(pictureOf("npm start", shown)))
  })

  it("serves the page without a terminal if asked, says where and with which token, and ends at Ctrl-C", async () => {
    const child = spawn(process.execPath, [start, "--serve", "--port", "0"], {
      cwd,
      env,
      stdio: ["ignore", "pipe", "ignore"],
    })
    let text = ""
    for await (const chunk of child.stdout.setEncoding("utf8")) {
      text += chunk
      if (text.includes("Ctrl-C")) break
    }
    const [, page = ""] = /^page: (http:\/\/127\.0\.0\.1:\d+)$/m.exec(text) ?? []
    const [, token = ""] = /^control token: (\S+)$/m.exec(text) ?? []
    expect((await raw(`${page}/api/state`, { headers: { "x-hallpass-token": token } })).status).toBe(200)
    expect((await raw(`${page}/`)).text).toContain(token)
    const ended = once(child, "exit")
    child.kill("SIGINT")
    expect((await ended)[0]).toBe(0)
  })
})
