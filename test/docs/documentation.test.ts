import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { afterAll, describe, expect, it } from "vitest"
import { type AuthorizerConfig, createAuthorizer } from "../../src/index.ts"
import { restToken } from "../support/events.ts"
import { headingLinks } from "../support/headings.ts"

const root = resolve(import.meta.dirname, "../..")
const read = (path: string): string => readFileSync(join(root, path), "utf8")
const texts = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md"))
const pages = ["README.md", ...texts.map((name) => `docs/${name}`)]
const blocks = (path: string, language: string): string[] =>
  [...read(path).matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"))].map(([, code = ""]) => code)

/** Runs an example as a module of its own, with the package's names standing for its doors. */
const folder = mkdtempSync(join(import.meta.dirname, ".example-"))
afterAll(() => rmSync(folder, { recursive: true }))
let count = 0
async function run(code: string): Promise<{ [name: string]: unknown }> {
  const file = join(folder, `example-${count++}.ts`)
  const doors = join(root, "src")
  writeFileSync(
    file,
    code.replaceAll(/"hallpass(\/\w+)?"/g, (_all, door: string = "/index") => JSON.stringify(`${doors}${door}.ts`)),
  )
  return (await import(pathToFileURL(file).href)) as { [name: string]: unknown }
}

describe("examples in the documentation", () => {
  const examples = pages.flatMap((page) =>
    blocks(page, "ts").map((code, index) => ({ name: `${page} #${index + 1}`, code })),
  )

  it("are there", () => expect(examples.length).toBeGreaterThanOrEqual(3))

  it.each(examples)("$name runs", async ({ name, code }) => {
    const module = await run(code)
    expect(Object.keys(module).length).toBeGreaterThan(0)
    if (typeof module.handler !== "function") return
    const answer = (module.handler as (event: unknown) => Promise<unknown>)(restToken("Bearer x"))
    // The page of other services has handlers for events of theirs. The targets of some write an answer of their own.
    if (name.startsWith("docs/aws.md")) {
      const settled = answer.then(
        (written) => (written as { statusCode: unknown }).statusCode,
        ({ code }) => code,
      )
      expect([403, "event_unknown"]).toContain(await settled)
    } else await expect(answer).rejects.toThrow(/^Unauthorized$/)
  })

  const issuers = blocks("docs/providers.md", "json")
  it.each(issuers)("the issuer %s is accepted", (json) => {
    expect(() => createAuthorizer({ issuers: [JSON.parse(json)] } as AuthorizerConfig)).not.toThrow()
  })
})

describe("the documentation", () => {
  it("names every option of the configuration", () => {
    const text = pages.map(read).join("\n")
    const source = ["configuration", "issuer-options", "key-options"]
      .map((name) => read(`src/types/${name}.ts`))
      .join("")
    const options = [...source.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => name)
    expect(options.length).toBeGreaterThan(50)
    const structure = ["all", "any", "path", "equals", "contains", "provider"]
    const missing = options.filter(
      (name) => !structure.includes(name as string) && !text.includes(`\`${name}\``) && !text.includes(`\`${name}:`),
    )
    expect(missing).toEqual([])
  })

  it("SR-144: says that a cached answer outlives the token by up to the TTL", () => {
    expect(read("docs/deploy.md").replaceAll("\n", " ")).toMatch(
      /TTL longer than the token itself, and revocation takes as long/,
    )
  })

  it.each(["docs/secrets.md", "docs/f5.md", "docs/nginx.md"])(
    "8: %s names the option that says how long a rotation waits",
    (page) => {
      const [, rotation = ""] = read(page).split(/^## Rotat\w+\n/m)
      expect(rotation).toMatch(/wait .{0,80}waitAfterSeconds/is)
      expect(rotation).not.toMatch(/quarter of an hour/)
    },
  )

  it("6: lets one secret only call the rotation function of docs/secrets.md", () => {
    const [permission = ""] = /^RotationPermission:\n(?: .*\n)+/m.exec(read("docs/secrets.md")) ?? []
    expect(permission).toMatch(/Principal: secretsmanager\.amazonaws\.com/)
    expect(permission).toMatch(/SourceArn: !Ref EdgeKeys\b/)
    expect(read("docs/secrets.md")).toMatch(/^EdgeKeys:\n {2}Type: AWS::SecretsManager::Secret$/m)
  })

  it("14-6: the index leads to every page, and holds first steps, tasks and reference in this order", () => {
    const index = read("docs/index.md")
    const linked = new Set([...index.matchAll(/\]\(([\w-]+\.md)/g)].map(([, page = ""]) => `docs/${page}`))
    expect(pages.filter((page) => /^docs\/(?!index).*\.md$/.test(page) && !linked.has(page))).toEqual([])
    expect([...index.matchAll(/^## (.*)$/gm)].map(([, title]) => title)).toEqual(["First steps", "Tasks", "Reference"])
  })

  it.each(pages)("%s links only to files that exist", (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)].map(([, target = ""]) => target)
    const missing = links.filter((target) => !existsSync(join(root, dirname(page), target)))
    expect(missing).toEqual([])
  })

  it.each(pages)("%s links only to parts of pages that exist", (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:)([^)#]*\.md|)#([^)]+)\)/g)]
    const missing = links.filter(([, target = "", part = ""]) => {
      return !headingLinks(read(target === "" ? page : join(dirname(page), target))).includes(part)
    })
    expect(missing.map(([link]) => link)).toEqual([])
  })

  it("has commands for its claims that name existing tests", () => {
    const named = [...read("README.md").matchAll(/npm test -- (test\/[\w./-]+)/g)].map(([, path = ""]) => path)
    expect(named.length).toBeGreaterThan(5)
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })
})
