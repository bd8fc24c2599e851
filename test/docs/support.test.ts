import { mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { generate } from "selfsigned"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { commands } from "../../src/cli/commands.ts"
import { parserOf } from "../../src/cli/frame/program.ts"
import { createAuthorizer } from "../../src/index.ts"
import { createTestIssuer } from "../../src/testing.ts"
import { writeStandIn } from "../cli/in-shell.ts"
import { restToken } from "../support/events.ts"
import { headingLinks } from "../support/headings.ts"
import { type PageLines, pageLines } from "./page-lines.ts"

const root = resolve(import.meta.dirname, "../..")
const read = (path: string): string => readFileSync(join(root, path), "utf8")
const pages = ["support", "doctor", "init", "simulate", "ci"].map((name) => `docs/${name}.md`)

/** Each command line of a page's shell blocks. */
const lines = (page: string): readonly string[] =>
  [...read(page).matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, code = ""]) =>
    code.split("\n").filter((line) => line.trim() !== ""),
  )
const all = [...new Set(pages.flatMap(lines))]

const folder = mkdtempSync(join(tmpdir(), "hallpass-docs-"))
const write = (name: string, content: unknown): void =>
  writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content))
let shell: PageLines

/** Plays Lambda: one function, as the template deploys it. */
const lambda = createServer((_request, response) => {
  response.setHeader("content-type", "application/json")
  response.end(
    JSON.stringify({ FunctionName: "hallpass", Runtime: "nodejs24.x", MemorySize: 512, Timeout: 9, State: "Active" }),
  )
})

beforeAll(async () => {
  const issuer = createTestIssuer({ provider: "okta", domain: "acme.okta.com", audience: "api://orders" })
  const routes = {
    "GET /orders": { scopes: ["orders:read"] },
    "GET /orders/{id}": { scopes: ["orders:read"] },
    "DELETE /orders/{id}": { scopes: ["orders:admin"] },
  }
  const config = { issuers: [issuer.config], routes }
  const claims = { scp: ["orders:read"] }
  const token = issuer.token(claims)
  write("authorizer.json", config)
  write("old.json", { ...config, routes: { ...routes, "GET /orders": { scopes: ["orders:list"] } } })
  write("token.txt", `${token}\n`)
  write("claims.json", JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()))
  write(
    "cases.yaml",
    'callers: { reader: { claims: { scp: ["orders:read"] } } }\nmatrix: { GET /orders/7: { reader: allow } }\n',
  )
  write("record.json", {
    message: "request refused",
    outcome: "forbidden",
    reason: "scope_missing",
    route: "DELETE /orders/{id}",
    missing: { scopes: ["orders:admin"] },
  })
  const answer = (await createAuthorizer(config).handler(restToken(`Bearer ${token}`))) as {
    readonly context?: { readonly answer?: string }
  }
  write("line.json", {
    ...{ requestId: "1", httpMethod: "DELETE", path: "/orders/7", resourcePath: "/orders/{id}", status: "403" },
    ...{
      answer: answer.context?.answer,
      errorMessage: "User is not authorized to access this resource with an explicit deny",
    },
  })
  write("openapi.yaml", {
    openapi: "3.0.3",
    info: { title: "orders", version: "1" },
    components: { securitySchemes: { oauth: { type: "oauth2", flows: {} } } },
    paths: { "/orders/{id}": { get: { security: [{ oauth: ["orders:read"] }] }, options: {} } },
  })
  const { cert } = await generate([{ name: "commonName", value: "bigip" }], { keyType: "ec" })
  write("edge.pem", cert)
  const mtls = { spkiSha256: ["ab".repeat(32)] }
  write("edge.json", {
    ...{ issuers: [], gateway: { resultTtlSeconds: 0 } },
    edge: {
      role: "identity",
      headers: { user: "x-user" },
      evidence: [{ mtls, secret: { header: "x-origin", values: { env: "ORIGIN" } } }],
    },
  })
  writeStandIn(join(folder, "hallpass"))
  shell = await pageLines(folder, "LAMBDA", lambda)
})
afterAll(() => shell.close())

describe("15: the pages for users of the commands", () => {
  it("have commands", () => expect(all.length).toBeGreaterThan(25))

  // One after the other: some read what an earlier one has written.
  it.each(all)("%s works", async (line) => {
    const { code, stdout, stderr } = await shell.run(line)
    expect([0, 1], `${stdout}${stderr}`).toContain(code)
    expect(stderr).not.toMatch(/Unexpected fault|See hallpass/)
  })

  it("support.md leads from each symptom to a part of the page, and has 401, 403, 500 and CORS", () => {
    const page = read("docs/support.md")
    const titles = [...page.matchAll(/^#{2,3} (.*)$/gm)].map(([, title = ""]) => title)
    const anchors = headingLinks(page)
    const linked = [...page.matchAll(/\]\(#([\w-]+)\)/g)].map(([, anchor = ""]) => anchor)
    expect(linked.length).toBeGreaterThan(8)
    expect(linked.filter((anchor) => !anchors.includes(anchor))).toEqual([])
    expect(titles).toEqual(expect.arrayContaining(["401", "403", "500", "CORS errors"]))
  })

  it("the simulation of simulate.md is what the command prints", async () => {
    const [, shown = ""] = /```text\n([\s\S]*?)```/.exec(read("docs/simulate.md")) ?? []
    const [line = ""] = lines("docs/simulate.md")
    expect((await shell.run(line)).stdout).toBe(shown)
  })

  it("the explanation of the README is what the command prints", async () => {
    const [, line = "", shown = ""] =
      /```console\n\$ (hallpass explain .*)\n([\s\S]*?)```/.exec(read("README.md")) ?? []
    const { stdout, code } = await shell.run(line)
    expect(code).toBe(1)
    for (const text of shown.trimEnd().split("\n")) expect(stdout).toContain(`${text}\n`)
  })

  it("init.md has the flags of each provider, and every command has its page or part of one", async () => {
    const { providerQuestions } = await import("../../src/cli/init/providers.ts")
    const page = read("docs/init.md")
    for (const [provider, questions] of Object.entries(providerQuestions)) {
      const row = new RegExp(`^\\| \`${provider}\` \\|(.*)\\|$`, "m").exec(page)?.[1] ?? ""
      expect([...row.matchAll(/--([\w-]+)/g)].map(([, flag = ""]) => flag).sort(), provider).toEqual(
        questions.map(({ flag }) => flag).sort(),
      )
    }
  })
})

describe("15: the help of every command", () => {
  it("each command loads in Node.js, without what a runner of tests does to modules", async () => {
    const load = `const { commands } = await import(process.argv[1])
      for (const [name, { load }] of Object.entries(commands)) if ((await load()).examples.length > 0) console.log(name)`
    const words = [process.execPath, "--input-type=module", "-e", load, join(root, "src/cli/commands.ts")]
    const { code, stdout, stderr } = await shell.start(words)
    expect({ code, stderr, loaded: stdout.trim().split("\n") }).toEqual({
      ...{ code: 0, stderr: "" },
      loaded: Object.keys(commands),
    })
  })

  it.each(Object.keys(commands))("%s fits 80 columns, and names only options that exist", async (name) => {
    const command = await commands[name]?.load()
    if (command === undefined) throw new Error(`no command ${name}`)
    let help = ""
    parserOf(name, command)
      .configureOutput({
        writeOut: (text) => {
          help += text
        },
        getOutHelpWidth: () => 80,
      })
      .outputHelp()
    for (const line of help.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80)
    const known = [
      "--json",
      "--no-color",
      "--debug",
      "--help",
      ...command.options.flatMap(({ flags }) => flags.match(/--[a-z][a-z-]*/g) ?? []),
    ]
    const named = command.examples
      .filter((line) => line.startsWith(name))
      .flatMap((line) => line.split(/ [|>] /)[0]?.match(/(?<=\s)--[a-z][a-z-]*/g) ?? [])
    expect(named.filter((option) => !known.includes(option))).toEqual([])
    expect(command.examples.length).toBeGreaterThan(0)
    // Each is printed after the program's name.
    for (const line of command.examples) expect(Object.keys(commands)).toContain(line.split(" ")[0])
  })
})
