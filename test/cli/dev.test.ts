import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { State } from "../../local/server/control-api.ts"
import { raw } from "../local/stack/served.ts"
import { folder, hallpass } from "./hallpass.ts"

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url))
const file = join(folder, "authorizer.json")
const config = {
  issuers: [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }],
  routes: { "GET /orders/{id}": { scopes: ["orders:read"] } },
}
const write = (value: unknown): void => writeFileSync(file, typeof value === "string" ? value : JSON.stringify(value))

/** A dev process, and what it has written to standard error. */
class Dev {
  readonly child: ChildProcess
  #stderr = ""
  #listeners: (() => void)[] = []

  constructor(...args: string[]) {
    this.child = spawn(process.execPath, [main, "dev", ...args], { cwd: folder, stdio: "pipe" })
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text
      for (const listener of this.#listeners) listener()
    })
  }

  /** The first text on standard output that is JSON as a whole. */
  async document<Result>(): Promise<Result> {
    let text = ""
    for await (const chunk of this.child.stdout?.setEncoding("utf8") ?? []) {
      text += chunk
      if (text.trimEnd().endsWith("\n}")) break
    }
    return JSON.parse(text) as Result
  }

  /** Resolves once standard error has a text. */
  async says(text: string): Promise<string> {
    while (!this.#stderr.includes(text)) await new Promise<void>((resolve) => this.#listeners.push(resolve))
    return this.#stderr
  }

  async end(): Promise<number | null> {
    const ended = once(this.child, "close")
    this.child.kill("SIGINT")
    const [code] = await ended
    return code
  }
}

interface Served {
  readonly page: string
  readonly token: string
  readonly gateways: { readonly [name: string]: string }
}

describe("16-5: hallpass dev", () => {
  let [dev, served]: [Dev?, Served?] = []
  const backend = createServer((request, response) => response.end(`from the backend: ${request.url}`))
  beforeAll(async () => {
    write(config)
    backend.listen(0, "127.0.0.1")
    await once(backend, "listening")
    const url = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`
    dev = new Dev("--config", file, "--local-issuers", "--backend", url, "--port", "0", "--json")
    served = await dev.document<Served>()
  })
  afterAll(() => {
    dev?.child.kill("SIGKILL")
    backend.closeAllConnections()
    backend.close()
  })
  const api = async <Result>(path: string, body?: unknown): Promise<Result> => {
    const headers = { "x-hallpass-token": served?.token ?? "" }
    const method = body === undefined ? "GET" : "POST"
    const { text } = await raw(`${served?.page}${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return JSON.parse(text) as Result
  }
  const ask = async (): Promise<readonly [number, string]> => {
    const { token } = await api<{ token: string }>("/api/tokens", { issuer: "okta", claims: { scp: ["orders:read"] } })
    const headers = { authorization: `Bearer ${token}` }
    const { status, text } = await raw(`${served?.gateways["rest-request"]}/orders/7?full=1`, { headers })
    return [status, text]
  }

  it("runs the configuration with local issuers, in front of the user's backend", async () => {
    expect(Object.keys(served?.gateways ?? {})).toEqual(["rest-token", "rest-request", "http-1.0", "http-2.0"])
    expect(await ask()).toEqual([200, "from the backend: /orders/7?full=1"])
    expect(await api<State>("/api/state")).toMatchObject({ mode: "dev", source: file })
  })

  it("keeps the old state while the file has problems, and names them", async () => {
    write({ ...config, routes: { "GET /orders/{id}": { scops: ["orders:read"] } } })
    const said = await dev?.says("has problems")
    expect(said).toContain("the configuration before stays at work")
    await dev?.says("scops")
    expect((await ask())[0]).toBe(200)
    const { brokenConfiguration } = await api<State>("/api/state")
    expect(brokenConfiguration?.problems[0]?.path).toContain("scops")
    write("{ half a file")
    await dev?.says("authorizer.json:1")
    expect((await ask())[0]).toBe(200)
  })

  it("takes the file again when it is sound", async () => {
    write({ ...config, routes: { "GET /orders/{id}": { scopes: ["orders:audit"] } } })
    await dev?.says("is read again")
    expect((await ask())[0]).toBe(403)
    expect(await api<State>("/api/state")).not.toHaveProperty("brokenConfiguration")
  })

  it("reads the OpenAPI document again, and keeps the API before while it has problems", async () => {
    const document = (path: string): string =>
      JSON.stringify({
        openapi: "3.0.1",
        info: { title: "x", version: "1" },
        components: { securitySchemes: { login: { type: "http", scheme: "bearer" } } },
        paths: { [path]: { get: { security: [{ login: [] }], responses: {} } } },
      })
    const described = join(folder, "openapi.json")
    writeFileSync(described, document("/orders/{id}"))
    const other = new Dev("--config", file, "--openapi", described, "--port", "0", "--json")
    const { gateways, page, token } = await other.document<Served>()
    const state = async (): Promise<State> =>
      JSON.parse((await raw(`${page}/api/state`, { headers: { "x-hallpass-token": token } })).text) as State
    const status = async (path: string): Promise<number> => (await raw(`${gateways["rest-request"]}${path}`)).status
    expect([await status("/orders/7"), await status("/items")]).toEqual([401, 403])
    writeFileSync(described, "{ half a file")
    await other.says("has problems")
    expect(await status("/orders/7")).toBe(401)
    writeFileSync(described, document("/items"))
    await other.says("is read again")
    expect([await status("/orders/7"), await status("/items")]).toEqual([403, 401])
    expect(await state()).not.toHaveProperty("brokenConfiguration")
    write("{ half a file")
    await other.says("authorizer.json:1")
    // The document is sound; what is wrong with the configuration is still named.
    writeFileSync(described, document("/things"))
    while ((await status("/things")) !== 401) await other.says("is read again")
    await expect.poll(async () => (await state()).brokenConfiguration?.message).toContain("authorizer.json:1")
    expect(await other.end()).toBe(0)
    write(config)
  })

  it("reads an edited configuration as it reads a file: with comments, or as YAML", async () => {
    const yaml =
      "# ours\nissuers: [{ provider: okta, domain: acme.okta.com, audience: api://orders }]\nroutes: { GET /a: {} }\n"
    for (const text of [`// ours\n${JSON.stringify(config)}`, yaml])
      expect(await api("/api/configuration", { text })).toMatchObject({ sound: true, problems: [] })
    expect(await api("/api/configuration", { text: "routes: [" })).toMatchObject({ sound: false })
  })

  it("ends with exit code 0 at Ctrl-C, and its ports are free", async () => {
    expect(await dev?.end()).toBe(0)
    await expect(raw(`${served?.page}/api/stack`)).rejects.toThrow("ECONNREFUSED")
  })
})

describe("16-5: hallpass dev that cannot start", () => {
  it.each([
    ["a broken configuration", ["--config", "broken.json"], "the configuration is refused"],
    ["no configuration", [], "there is no configuration"],
    ["a backend that is no address", ["--config", "good.json", "--backend", "localhost"], "--backend is an address"],
    [
      "a backend with a password",
      ["--config", "good.json", "--backend", "http://a:b@localhost"],
      "--backend is an address",
    ],
    ["a port that is none", ["--config", "good.json", "--local-issuers", "--port", "http"], "--port is a number"],
    ["an OpenAPI document that is none", ["--config", "good.json", "--openapi", "good.json"], "good.json"],
  ])("%s: one line and exit code 2", async (_, args, text) => {
    writeFileSync(join(folder, "good.json"), JSON.stringify(config))
    writeFileSync(join(folder, "broken.json"), JSON.stringify({ ...config, routs: {} }))
    const { code, stdout, stderr } = await hallpass(["dev", ...args])
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(stderr).toContain(text)
    expect(stderr.trimEnd().split("\n")).toHaveLength(1)
  })
})
