import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import { environmentVariables } from "../../src/configuration/environment.ts"
import { createAuthorizer } from "../../src/index.ts"
import { leftOut } from "../support/left-out.ts"
import { terraform } from "../support/tools.ts"
import { root, run } from "./external-tools.ts"

const example = join(root, "examples/terraform")
const files = globSync("*.tf", { cwd: example })
const text = files.map((name) => readFileSync(join(example, name), "utf8")).join("\n")

const folder = mkdtempSync(join(tmpdir(), "hallpass-terraform-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe("examples/terraform", () => {
  test("deploys the bundle as the template does", () => {
    expect(files.length).toBeGreaterThan(3)
    expect(
      text
        .replaceAll(/ += /g, " = ")
        .replaceAll(/ *#.*$/gm, "")
        .split(/\n\s*/),
    ).toEqual(
      expect.arrayContaining([
        'runtime = "nodejs24.x"',
        'architectures = ["arm64"]',
        'handler = "authorizer.handler"',
        "memory_size = 512",
        "timeout = 9",
        'mode = "Active"',
        'log_format = "Text"',
      ]),
    )
  })

  test("17-8: is laid out as a module of the registry, and its page names every input and output", () => {
    for (const file of ["main.tf", "variables.tf", "outputs.tf", "versions.tf", "README.md"])
      expect(files.concat("README.md"), file).toContain(file)
    expect(globSync("{modules,examples}/*/main.tf", { cwd: example }).toSorted()).toEqual([
      "examples/complete/main.tf",
      "modules/gateway/main.tf",
    ])
    const page = readFileSync(join(example, "README.md"), "utf8")
    const named = [...text.matchAll(/^(variable|output) "(\w+)" \{\n +description += "([^"]+)"/gm)]
    expect(named.length).toBe([...text.matchAll(/^(?:variable|output) "/gm)].length)
    for (const [, , name, description] of named) {
      expect(page, name).toContain(`| \`${name}\` |`)
      expect(page, name).toContain(`${description} |`)
    }
    const complete = readFileSync(join(example, "examples/complete/main.tf"), "utf8")
    expect(complete).toMatch(/source += "\.\.\/\.\."/)
    expect(complete).toMatch(/authorization_type += "CUSTOM"/)
  })

  test("sets variables that it reads, and a configuration that it accepts", () => {
    const names = [...text.matchAll(/^\s*(HALLPASS_\w+)\s+=/gm)].map(([, name = ""]) => name)
    expect(names).toEqual(["HALLPASS_CONFIG"])
    expect(names.filter((name) => !environmentVariables().includes(name))).toEqual([])
    const { configuration } = JSON.parse(readFileSync(join(example, "example.tfvars.json"), "utf8"))
    expect(createAuthorizer(configuration).handler).toBeTypeOf("function")
  })

  test("13-8-1: demands aws:SourceAccount of API Gateway only if a variable says so", () => {
    const [, trust = ""] = /data "aws_iam_policy_document" "api_gateway" \{\n([\s\S]*?)\n\}\n/.exec(text) ?? []
    expect(trust).toMatch(/identifiers = \["apigateway.amazonaws.com"\]/)
    expect(trust).not.toMatch(/^ *condition \{/m)
    expect(trust).toMatch(
      /dynamic "condition" \{\n +for_each = var.invoke_role_demands_account \? .* : \[\]\n[^}]*variable = "aws:SourceAccount"/,
    )
    expect(text).toMatch(/variable "invoke_role_demands_account" \{[^}]*default += false/)
  })

  test("names every action", () => {
    const actions = [...text.matchAll(/actions\s+= \[([^\]]*)\]/g)].map(([, list = ""]) => list)
    expect(actions).toHaveLength(5)
    expect(actions.filter((list) => list.includes("*"))).toEqual([])
  })

  test.skipIf(!terraform.isThere)("is formatted as Terraform has it", () => {
    expect(run("terraform", [`-chdir=${example}`, "fmt", "-check", "-diff", "-no-color"])).toMatchObject({ code: 0 })
    const [broken] = files.map((name) => readFileSync(join(example, name), "utf8").replace(" = ", "="))
    expect(run("terraform", ["fmt", "-check", "-"], { input: broken ?? "" }).code).not.toBe(0)
  })

  test.skipIf(!terraform.isThere)("is valid, where its providers can be fetched", async ({ annotate }) => {
    cpSync(example, folder, { recursive: true, filter: (path) => !path.includes("/.terraform") })
    // Providers are hundreds of megabytes: if they can be fetched, once is enough.
    const cache = process.env.TF_PLUGIN_CACHE_DIR ?? join(root, "node_modules/.cache/terraform")
    mkdirSync(cache, { recursive: true })
    const env = { ...process.env, TF_PLUGIN_CACHE_DIR: cache }
    const init = run("terraform", [`-chdir=${folder}`, "init", "-backend=false", "-input=false", "-no-color"], { env })
    if (init.code === 0) {
      expect(run("terraform", [`-chdir=${folder}`, "validate", "-no-color"])).toMatchObject({ code: 0 })
    } else {
      // Only a registry that cannot be reached may be the reason; a fault of the example is one here, too.
      await annotate(
        "examples/terraform, validated with its providers. To get it: a connection to registry.terraform.io",
        leftOut,
      )
      expect(init.output).toMatch(/could not connect to|no such host|Failed to query available provider packages/)
    }
  })
})
