import { readFileSync, statSync } from "node:fs"
import { join, resolve } from "node:path"
import { describe, expect, it } from "vitest"
import { type ApiSettings, apiSettings } from "../../local/gateway/api.ts"
import { ApiGateway, type AskAuthorizer } from "../../local/gateway/gateway.ts"
import { pictureOf } from "../../local/picture.ts"
import { type AuthorizerConfig, createAuthorizer } from "../../src/index.ts"
import { createTestIssuer } from "../../src/testing.ts"

const root = resolve(import.meta.dirname, "../..")
const page = readFileSync(join(root, "README.md"), "utf8")
const block = (language: string): string => new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? ""
/** What the table of the problem says: request, status that is right, status with `methodArn`, status with `*`. */
const rows = [...page.matchAll(/^\| `((?:GET|DELETE) \S+)` \| (\d+) \| \W*(\d+)\b[^|]*\| \W*(\d+)\b[^|]*\|$/gm)].map(
  ([, request = "", ...statuses]) => [request, ...statuses.map(Number)] as const,
)

const issuer = createTestIssuer({ provider: "okta", domain: "acme.okta.com", audience: "api://orders" })
const token = `Bearer ${issuer.token({ scp: ["orders:read"] })}`

/** Sends the requests of the table with one token, and returns what clients see and how often the function ran. */
async function statuses(authorizer: AskAuthorizer): Promise<{ readonly seen: number[]; readonly asked: number }> {
  const api: ApiSettings = apiSettings({
    kind: "rest",
    routes: ["GET /orders", "GET /orders/{id}", "DELETE /orders/{id}"],
    authorizer: { type: "TOKEN" },
  })
  let asked = 0
  const gateway = new ApiGateway(api, (event) => {
    asked++
    return authorizer(event)
  })
  const seen: number[] = []
  for (const [request] of rows) {
    const [method = "", path = ""] = request.split(" ")
    const headers = [["Authorization", token] as const]
    const { response } = await gateway.handle({ method, path, query: "", headers, sourceIp: "198.51.100.7" })
    seen.push(response?.status ?? 200)
  }
  return { seen, asked }
}

/** The handler of the problem, as the README has it, with this Resource. */
function usualAuthorizer(resource: string): AskAuthorizer {
  const code = block("js").replace("export ", "return ").replace("Resource: methodArn", `Resource: ${resource}`)
  const verify = async () => ({ sub: "alice", scope: "orders:read" })
  const mayCall = (scope: string, arn: string) => scope === "orders:read" && arn.includes("/GET/orders")
  return new Function("verify", "mayCall", code)(verify, mayCall)
}

describe("14-7: the README's problem, under the local API Gateway", () => {
  it("has three requests", () => expect(rows.map(([request]) => request)).toHaveLength(3))

  it.each([
    ["methodArn", 2],
    ['"*"', 3],
  ] as const)("a usual authorizer that answers for %s gets the statuses of the table", async (resource, column) => {
    const { seen, asked } = await statuses(usualAuthorizer(resource))
    expect(seen).toEqual(rows.map((row) => row[column]))
    expect(seen).not.toEqual(rows.map(([, right]) => right))
    expect(asked).toBe(1)
  })

  it("hallpass, configured as the README shows, gets every one right, and runs once", async () => {
    const [, text = ""] = /createAuthorizer\(([\s\S]*)\)/.exec(block("ts")) ?? []
    const config = new Function(`return ${text}`)() as AuthorizerConfig
    expect(issuer.config).toMatchObject(config.issuers[0] as object)
    const { handler } = createAuthorizer({ ...config, issuers: [issuer.config] })
    expect(await statuses(handler)).toEqual({ seen: rows.map(([, right]) => right), asked: 1 })
  })
})

describe("14-7: the README", () => {
  it("has at most 170 lines", () => expect(page.split("\n").length - 1).toBeLessThanOrEqual(170))

  it("has its parts in the order in which a reader needs them", () => {
    const parts = [
      "The problem",
      "The same with hallpass",
      "See it work",
      "Native authorizer, aws-jwt-verify or hallpass?",
    ]
    const rest = ["As a library", "Deploy", "Configure", "Claims, and the commands that prove them", "Speed", "More"]
    expect([...page.matchAll(/^## (.*)$/gm)].map(([, title]) => title)).toEqual([...parts, ...rest])
  })

  it("counts the runtime dependencies rightly", () => {
    const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
    const words = ["none", "one", "two", "three", "four", "five", "six", "seven"]
    expect(page).toContain(`| runtime dependencies | none | none | ${words[Object.keys(dependencies).length]} |`)
  })

  it("shows pictures that are in the repository, each under 40 KB, with a text for those who do not see them", () => {
    const pictures = [...page.matchAll(/!\[([^\]]*)\]\(([^)]+)\)/g)]
    expect(pictures).toHaveLength(3)
    for (const [, text = "", path = ""] of pictures) {
      expect(text.length).toBeGreaterThan(20)
      expect(statSync(join(root, path)).size, path).toBeLessThan(40 * 1024)
    }
  })
})

describe("a picture of a terminal", () => {
  it("keeps columns and colours, and takes text for text", () => {
    const picture = pictureOf("run", "a <b> & c   d\n\n\u001b[31mred\u001b[39m end\n")
    expect(picture).toContain(">$ run</tspan>")
    expect(picture).toContain(`<tspan x="16.0">a &lt;b&gt; &amp; c</tspan><tspan x="110.0">d</tspan>`)
    expect(picture).toContain(`<tspan x="16.0" fill="#ff7b72">red</tspan><tspan x="47.3">end</tspan>`)
    expect(picture.match(/<text /g)).toHaveLength(3)
  })
})
