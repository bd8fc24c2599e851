import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterEach, describe, expect, it } from "vitest"
import { createTestIssuer } from "../../src/testing.ts"
import { checkRequest, envoyClient } from "../http/envoy.ts"
import { folder, hallpass } from "./hallpass.ts"

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url))
const issuer = createTestIssuer({ provider: "okta", audience: "api://orders" })
const file = join(folder, "authorizer.json")
writeFileSync(
  file,
  JSON.stringify({ issuers: [issuer.config], routes: { "GET /orders/{id}": { scopes: ["orders:read"] } } }),
)
const authorization = `Bearer ${issuer.token({ scp: ["orders:read"] })}`
const ports = ["--port", "0", "--admin-port", "0"]

const running: ChildProcess[] = []
afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL")
})

/** Starts the service, and resolves once it has said where it is. */
async function started(...words: string[]) {
  const child = spawn(process.execPath, [main, "serve", "--config", file, ...words], { cwd: folder, stdio: "pipe" })
  running.push(child)
  const written = { stdout: "", stderr: "" }
  child.stderr.on("data", (chunk: Buffer) => {
    written.stderr += chunk
  })
  await new Promise<void>((resolve, reject) => {
    child.stdout.on("data", (chunk: Buffer) => {
      written.stdout += chunk
      if (/^\}$|metrics at/m.test(written.stdout)) resolve()
    })
    child.on("exit", (code) => reject(new Error(`ended with ${code}: ${written.stderr}`)))
  })
  return {
    written,
    async end() {
      const ended = once(child, "close")
      child.kill("SIGTERM")
      const [code] = await ended
      return code as number
    },
  }
}

describe("18-2: hallpass serve", () => {
  it("--json prints one document with the addresses, and nothing else; SIGTERM ends it with 0", async () => {
    const { written, end } = await started("--dialect", "nginx", "--json", ...ports)
    const { dialect, url, adminUrl } = JSON.parse(written.stdout) as { [name: string]: string }
    expect(dialect).toBe("nginx")
    const headers = { "X-Original-Method": "GET", "X-Original-URI": "/orders/7" }
    expect((await fetch(url ?? "", { headers: { ...headers, authorization } })).status).toBe(200)
    expect((await fetch(url ?? "", { headers })).status).toBe(401)
    expect((await fetch(`${adminUrl}/readyz`)).status).toBe(200)
    expect(await (await fetch(`${adminUrl}/metrics`)).text()).toContain(
      'hallpass_decisions_total{outcome="allow",reason="ok"} 1',
    )
    expect(await end()).toBe(0)
    expect(Object.keys(JSON.parse(written.stdout))).toEqual(["dialect", "url", "adminUrl"])
    expect(written.stderr).toBe("")
  })

  it("writes a record for each refusal, without the token", async () => {
    const { written, end } = await started("--dialect", "envoy", ...ports)
    const [, url] = /answers envoy at (\S+)/.exec(written.stdout) ?? []
    const token = issuer.token({ scp: ["other"], email: "ann@example.com" })
    expect((await fetch(`${url}/orders/7`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(403)
    expect(await end()).toBe(0)
    const record = written.stdout.split("\n").find((line) => line.startsWith("{"))
    expect(JSON.parse(record ?? "")).toMatchObject({
      outcome: "forbidden",
      reason: "scope_missing",
      route: "GET /orders/{id}",
    })
    expect(written.stdout).not.toContain(token.slice(0, 20))
    expect(written.stdout).not.toMatch(/ann@|CloudWatchMetrics/)
  })

  it("speaks gRPC with envoy-grpc, and beside HTTP", async () => {
    const alone = await started("--dialect", "envoy-grpc", "--json", ...ports)
    const both = await started("--dialect", "envoy", "--grpc-port", "0", "--json", ...ports)
    const urls = [JSON.parse(alone.written.stdout).url, JSON.parse(both.written.stdout).grpcUrl] as string[]
    for (const url of urls) {
      const envoy = envoyClient(url)
      expect((await envoy.check(checkRequest("GET", "/orders/7", { authorization }))).status.code).toBe(0)
      envoy.close()
    }
    expect(await Promise.all([alone.end(), both.end()])).toEqual([0, 0])
  })

  it.each([
    [["--config", file], "--dialect"],
    [["--config", file, "--dialect", "apache"], "envoy, envoy-grpc, nginx, caddy, traefik, gloo"],
    [["--config", file, "--dialect", "nginx", "--port", "70000"], "--port takes a number from 0 to 65535"],
    [["--config", file, "--dialect", "nginx", "--admin-port", "x"], "--admin-port takes a number"],
    [["--config", file, "--dialect", "nginx", "--tls-cert", file], "TLS needs both --tls-cert and --tls-key"],
    [
      ["--config", file, "--dialect", "nginx", "--tls-cert", "none.pem", "--tls-key", file],
      "none.pem cannot be read (ENOENT)",
    ],
    [["--config", "none.json", "--dialect", "nginx"], "none.json cannot be read"],
    [
      ["--config", file, "--dialect", "nginx", "--host", "192.0.2.1"],
      "192.0.2.1:9191 cannot be opened (EADDRNOTAVAIL)",
    ],
  ])("ends with 2 and one line: %j", async (words, text) => {
    const { code, stdout, stderr } = await hallpass(["serve", ...words])
    expect([code, stdout]).toEqual([2, ""])
    expect(stderr).toContain(text)
    expect(stderr.trim().split("\n")).toHaveLength(1)
  })

  it("says which problem a configuration has", async () => {
    writeFileSync(join(folder, "wrong.json"), JSON.stringify({ issuers: [], colour: "red" }))
    const { code, stderr } = await hallpass(["serve", "--config", "wrong.json", "--dialect", "nginx"])
    expect([code, /issuers.*colour|colour.*issuers/.test(stderr)]).toEqual([2, true])
  })
})
