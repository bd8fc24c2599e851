import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { type AuthorizerConfig, ConfigurationError, createAuthorizer } from "../../../src/index.ts"
import type { IssuerConfig } from "../../../src/types/configuration.ts"
import { type EventOptions, restToken } from "../../support/events.ts"
import { clock } from "../../support/mint.ts"

/** What a row of a table promises, as a check: it fails if the row is wrong. */
export type Rows = { readonly [option: string]: () => void | Promise<void> }

/** A part of a page: its first column, and its configurations. */
export interface Section {
  readonly options: readonly string[]
  readonly configurations: readonly object[]
}

/** Reads the section with this heading of the second level. */
export function sectionOf(path: string, heading: string): Section {
  const text = readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8")
  const [, part = ""] = text.split(`\n## ${heading}\n`)
  const [own = ""] = part.split(/\n## /)
  const cells = [...own.matchAll(/^\| (.*?) \|/gm)].map(([, cell = ""]) => cell)
  return {
    options: cells.filter((cell, at) => !/^-+$/.test(cell) && !/^-+$/.test(cells[at + 1] ?? "")),
    configurations: [...own.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json = "{}"]) => JSON.parse(json) as object),
  }
}

/** Holds a section: each configuration is accepted, and each row has a check that runs, and no check is left over. */
export function holdSection(path: string, heading: string, rows: Rows): void {
  describe(`17-10: ${path}, ${heading}`, () => {
    const { options, configurations } = sectionOf(path, heading)
    it("has a check for each row, and a row for each check", () => {
      expect(options.length).toBeGreaterThan(0)
      expect(options).toEqual(Object.keys(rows))
    })

    it("shows configurations that are accepted", () => {
      expect(configurations.length).toBeGreaterThan(0)
      for (const each of configurations) expect(problemsOf(each)).toBe("")
    })

    it.each(Object.entries(rows))("%s", async (_, check) => check())
  })
}

/** A configuration of one issuer with changes. */
export const configOf = (issuer: IssuerConfig | object, changes: object = {}): AuthorizerConfig =>
  ({ issuers: [issuer], gateway: { resultTtlSeconds: 0 }, ...changes }) as AuthorizerConfig

/** What is wrong with a configuration: an empty text if it is accepted. */
export function problemsOf(config: object): string {
  try {
    createAuthorizer(config as AuthorizerConfig)
    return ""
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return error.message
  }
}

/** `allow`, or the reason of the refusal. */
export async function verdictOf(config: object, token: string, request: EventOptions = {}): Promise<string> {
  const { decide } = createAuthorizer(config as AuthorizerConfig, { clock })
  const decision = await decide(restToken(`Bearer ${token}`, request))
  return decision.outcome === "allow" ? "allow" : String(decision.reason)
}
