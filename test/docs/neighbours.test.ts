import { existsSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { describe, expect, it } from "vitest"

// 18, "Done when": docs/neighbours.md links each system to its guide and its test.

const root = resolve(import.meta.dirname, "../..")
const page = readFileSync(join(root, "docs/neighbours.md"), "utf8")
const systems = page.slice(0, page.indexOf("\n## Differences"))
const rows = [...systems.matchAll(/^\| (?!-|neighbour |system )(.+?) \|.*\| (.+?) \| (.+?) \|$/gm)].map(
  ([, system = "", guide = "", test = ""]) => ({ system, guide, test }),
)

describe("18: docs/neighbours.md", () => {
  it("has a row for each system of the issue", () => {
    const all = rows.map(({ system }) => system).join("\n")
    for (const each of [
      "API Gateway",
      "F5",
      "NGINX",
      "Caddy",
      "HAProxy",
      "Traefik",
      "Envoy",
      "Istio",
      "Gloo",
      "WSO2",
      "CloudFront",
      "Application Load Balancer",
      "VPC Lattice",
      "AWS AppSync",
      "AWS IoT",
    ])
      expect(all).toContain(each)
    expect(rows.length).toBeGreaterThan(25)
  })

  it.each(rows)("$system has a guide and a test that are there", ({ guide, test }) => {
    const [, file = ""] = /\]\(([\w.-]+\.md)/.exec(guide) ?? []
    expect(existsSync(join(root, "docs", file)), guide).toBe(true)
    const paths = [...test.matchAll(/`(test\/[^`]+)`/g)].map(([, path = ""]) => path)
    expect(paths.length, test).toBeGreaterThan(0)
    for (const path of paths) expect(existsSync(join(root, path)), path).toBe(true)
  })
})
