import { execFileSync } from "node:child_process"
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import { parse } from "yaml"
import { setRepository } from "../../local/set-repository.ts"

const root = resolve(import.meta.dirname, "../..")
const read = (path: string): string => readFileSync(join(root, path), "utf8")
const manifest = JSON.parse(read("package.json"))
const tracked = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], { cwd: root, encoding: "utf8" }).split(
  "\n",
)

type Step = { readonly uses?: string; readonly run?: string; readonly with?: { readonly [name: string]: unknown } }
interface Workflow {
  readonly on: { readonly [event: string]: unknown }
  readonly permissions: object
  readonly jobs: {
    readonly [job: string]: {
      readonly "timeout-minutes": number
      readonly permissions?: object
      readonly environment?: string
      readonly needs?: string
      readonly steps: readonly Step[]
    }
  }
}
const workflowFiles = readdirSync(join(root, ".github/workflows"))
const workflow = (name: string): Workflow => parse(read(`.github/workflows/${name}`)) as Workflow
const runs = (name: string, job: string): string =>
  (workflow(name).jobs[job]?.steps ?? []).flatMap(({ run }) => run ?? []).join("\n")

describe("workflows", () => {
  test.each(workflowFiles)("%s may read and nothing else, unless a job says why, and ends", (name) => {
    const { permissions, jobs } = workflow(name)
    expect(permissions).toEqual({ contents: "read" })
    for (const [job, { "timeout-minutes": minutes }] of Object.entries(jobs)) expect(minutes, job).toBeGreaterThan(0)
  })

  test.each(workflowFiles)("%s names each action by its commit, and runs no text of a pull request", (name) => {
    const steps = Object.values(workflow(name).jobs).flatMap((job) => job.steps)
    const actions = steps.flatMap(({ uses }) => uses ?? [])
    expect(actions.length).toBeGreaterThan(1)
    for (const action of actions) expect(action).toMatch(/^actions\/[\w-]+@[0-9a-f]{40}$/)
    for (const { run = "" } of steps) expect(run).not.toMatch(/\$\{\{/)
    for (const step of steps.filter(({ uses }) => uses?.startsWith("actions/checkout")))
      expect(step.with).toMatchObject({ "persist-credentials": false })
    expect(Object.keys(workflow(name).on)).not.toContain("pull_request_target")
  })

  test("CI is .ci/run, for each push to main and each pull request", () => {
    expect(Object.keys(workflow("ci.yml").on)).toEqual(["push", "pull_request", "schedule"])
    expect(runs("ci.yml", "run").split("\n")).toContain("bash .ci/run")
    const [lowest] = /\d+\.\d+/.exec(manifest.engines.node) ?? []
    expect(JSON.stringify(workflow("ci.yml").jobs.oldest)).toContain(`"node-version":"${lowest}.0"`)
  })

  test("17-8: a release has the function as a zip, with a checksum of each file", () => {
    const published = runs("release.yml", "publish")
    expect(published).toContain('npm run build\n(cd build && zip -qr "../hallpass-${GITHUB_REF_NAME#v}-lambda.zip" .)')
    const files = "hallpass-*.tgz hallpass-*.zip hallpass-*.json"
    const summed = published.indexOf(`sha256sum ${files} | tee SHA256SUMS`)
    expect(summed).toBeGreaterThan(published.indexOf("-lambda.zip"))
    expect(published.indexOf(`gh release create "$GITHUB_REF_NAME" ${files} SHA256SUMS`)).toBeGreaterThan(summed)
  })

  test("a release is checked first, and has provenance and an SBOM", () => {
    const { jobs } = workflow("release.yml")
    expect(runs("release.yml", "check").split("\n")).toContain("bash .ci/run")
    expect(jobs.publish).toMatchObject({ needs: "check", environment: "npm" })
    expect(jobs.publish?.permissions).toEqual({ contents: "write", "id-token": "write" })
    const published = runs("release.yml", "publish")
    expect(published).toMatch(/npm publish "hallpass-.*\.tgz" --provenance --access public/)
    expect(published).toMatch(/^npm pack\nnode local\/sbom\.ts >"hallpass-.*\.cdx\.json"$/m)
    expect(JSON.stringify(workflow("release.yml"))).not.toMatch(/secrets\.|NODE_AUTH_TOKEN/)
  })
})

describe("dependency updates", () => {
  test("reach every lock file of the project", () => {
    const { updates } = parse(read(".github/dependabot.yml")) as {
      updates: { "package-ecosystem": string; directory?: string; directories?: string[] }[]
    }
    const folders = updates
      .filter((update) => update["package-ecosystem"] === "npm")
      .flatMap(({ directory, directories = [] }) => [...(directory === undefined ? [] : [directory]), ...directories])
    const locks = tracked.filter((path) => /(?:^|\/)package-lock\.json$/.test(path)).map((path) => `/${dirname(path)}`)
    expect(folders.toSorted()).toEqual(locks.map((folder) => folder.replace(/^\/\.$/, "/")).toSorted())
    expect(updates.map((update) => update["package-ecosystem"])).toContain("github-actions")
  })
})

describe("issue forms", () => {
  const forms = readdirSync(join(root, ".github/ISSUE_TEMPLATE")).filter((name) => name !== "config.yml")

  test.each(forms)("%s has what GitHub demands", (name) => {
    const form = parse(read(`.github/ISSUE_TEMPLATE/${name}`)) as {
      name: string
      description: string
      body: { type: string; id?: string; attributes: { label?: string; value?: string; options?: string[] } }[]
    }
    expect([form.name, form.description].every((text) => typeof text === "string" && text !== "")).toBe(true)
    const ids = form.body.flatMap(({ id }) => id ?? [])
    expect(new Set(ids).size).toBe(ids.length)
    for (const { type, attributes } of form.body) {
      expect(["markdown", "textarea", "input", "dropdown", "checkboxes"]).toContain(type)
      expect(type === "markdown" ? attributes.value : attributes.label).toBeTypeOf("string")
      if (type === "dropdown") for (const option of attributes.options ?? []) expect(option).toBeTypeOf("string")
    }
    expect(form.body.some(({ type }) => type !== "markdown")).toBe(true)
  })

  test("vulnerabilities have another way", () => {
    const { blank_issues_enabled, contact_links } = parse(read(".github/ISSUE_TEMPLATE/config.yml"))
    expect(blank_issues_enabled).toBe(false)
    expect(contact_links.map(({ url }: { url: string }) => url)).toContainEqual(
      expect.stringMatching(/\/security\/advisories\/new$/),
    )
  })
})

describe("SECURITY.md", () => {
  const text = read("SECURITY.md")

  test("supports the version that is here, on the Node.js that Lambda has", () => {
    const [major, minor] = manifest.version.split(".")
    expect(text).toContain(`| ${major}.${minor}.x | yes |`)
  })

  test("shows each defence with tests that exist", () => {
    const [, table = ""] = /### What is defended\n([\s\S]*?)\n### /.exec(text) ?? []
    const named = [...table.matchAll(/npm test -- ([^`]+)`/g)].flatMap(([, paths = ""]) => paths.split(" "))
    expect(named.length).toBeGreaterThan(8)
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })
})

describe("CONTRIBUTING.md", () => {
  const text = read("CONTRIBUTING.md")

  test("names commands and files that exist", () => {
    for (const [, script = ""] of text.matchAll(/npm run ([\w:-]+)/g)) expect(manifest.scripts).toHaveProperty([script])
    const paths = [...text.matchAll(/npm test -- (test\/[\w./-]+)/g)].map(([, path = ""]) => path)
    expect(paths.length).toBeGreaterThan(2)
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })

  test("says what .ci/run does, in its order", () => {
    const steps = [...read(".ci/run").matchAll(/^\s*step ("[^"]*"|'[^']*')/gm)].map(([, step = ""]) => step)
    const order = [/Tools/, /README's command/, /npm run check/, /Instructions/, /package as users get it/]
    const places = order.map((step) => steps.findIndex((one) => step.test(one)))
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    expect(places.every((place) => place >= 0)).toBe(true)
  })

  test("quotes a requirement that the code keeps and a test proves", () => {
    const [number = ""] = /SR-\d+/.exec(text) ?? []
    const where = execFileSync("git", ["grep", "-l", number, "--", "src", "test"], { cwd: root, encoding: "utf8" })
    expect(where).toMatch(/^src\//m)
    expect(where).toMatch(/^test\//m)
  })
})

test.each(["SECURITY.md", "CONTRIBUTING.md", "CODE_OF_CONDUCT.md"])("%s links only to files that exist", (page) => {
  const links = [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)].map(([, target = ""]) => target)
  expect(links.filter((target) => !existsSync(join(root, target)))).toEqual([])
  expect(read("README.md"), "the README leads to it").toContain(`](${page})`)
})

test(".editorconfig says what the formatter does", () => {
  const { indentWidth, indentStyle, lineWidth } = JSON.parse(read("biome.json")).formatter
  const [, all = ""] = /\[\*\]\n([\s\S]*?)\n\[/.exec(read(".editorconfig")) ?? []
  for (const line of [
    `indent_style = ${indentStyle}`,
    `indent_size = ${indentWidth}`,
    `max_line_length = ${lineWidth}`,
  ])
    expect(all.split("\n")).toContain(line)
})

describe("the address of the repository", () => {
  const folder = mkdtempSync(join(tmpdir(), "hallpass-repository-"))
  const paths = [
    "package.json",
    "SECURITY.md",
    "CODE_OF_CONDUCT.md",
    "docs/ci.md",
    "template.yaml",
    ".github/ISSUE_TEMPLATE/config.yml",
  ]
  mkdirSync(join(folder, "docs"))
  for (const path of paths) cpSync(join(root, path), join(folder, path))
  const git = (...words: string[]) => execFileSync("git", words, { cwd: folder })
  git("init", "-q")
  git("add", "-A")
  afterAll(() => rmSync(folder, { recursive: true }))
  const text = (path: string): string => readFileSync(join(folder, path), "utf8")

  test("is a placeholder that one command sets, everywhere at once and again", () => {
    expect(manifest.scripts["set-repository"]).toBe("node local/set-repository.ts")
    expect(setRepository(folder, "acme-org/hall.pass").toSorted()).toEqual(paths.toSorted())
    const { repository, bugs, homepage } = JSON.parse(text("package.json"))
    expect({ repository, bugs, homepage }).toEqual({
      repository: { type: "git", url: "git+https://github.com/acme-org/hall.pass.git" },
      bugs: { url: "https://github.com/acme-org/hall.pass/issues" },
      homepage: "https://github.com/acme-org/hall.pass#readme",
    })
    for (const path of paths) expect(text(path), path).not.toContain("OWNER")
    expect(setRepository(folder, "other/name").length).toBe(paths.length)
    for (const path of paths) expect(text(path), path).not.toContain("hall.pass")
    expect(setRepository(folder, "other/name")).toEqual([])
  })

  test.each([
    "",
    "acme",
    "acme/",
    "/hallpass",
    "a/b/c",
    "acme/..",
    "acme/x.git",
    "https://github.com/a/b",
    "a b/c",
    "-a/b",
    "a/b\n",
  ])("is no such name: %j", (name) => expect(() => setRepository(folder, name)).toThrow(/owner\/name/))

  test("stands nowhere in a form that the command would not find", () => {
    const elsewhere = tracked
      .filter((path) => /\.(?:md|ts|mjs|json|ya?ml|tf)$/.test(path) && !/^test\/|package-lock/.test(path))
      .filter((path) => existsSync(join(root, path)) && read(path).includes("OWNER/hallpass"))
    expect(elsewhere.toSorted()).toEqual(paths.toSorted())
  })
})
