import { describe, expect, it } from "vitest"
import { aliasBomb } from "./hostile-text.ts"
import { command, file } from "./in-process.ts"

describe("18: hallpass import", () => {
  const text = `# an AuthConfig
kind: AuthConfig
spec:
  configs:
    - oauth2:
        accessTokenValidation:
          jwt: { issuer: https://id.example, audiences: [a], remoteJwks: { url: https://id.example/keys } }
`
  it("prints the configuration, and what to know as remarks", async () => {
    const { code, stdout, stderr } = await command(["import", "gloo", file("auth.yaml", text)])
    expect([code, JSON.parse(stdout).issuers[0].audience]).toEqual([0, "a"])
    expect(stderr).toContain("info: Gloo accepts any token of the issuer")
    const json = await command(["import", "gloo", file("auth.yaml", text), "--json"])
    expect(Object.keys(JSON.parse(json.stdout))).toEqual(["config", "findings"])
  })

  it("refuses an unknown field with its line, and an alias bomb", async () => {
    const path = file("typo.yaml", text.replace("audiences:", "audienses:"))
    const { code, stdout, stderr } = await command(["import", "gloo", path])
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(stderr).toContain(`jwt.audienses is unknown; known: issuer, audiences, remoteJwks, localJwks (${path}:7)`)
    expect((await command(["import", "gloo", file("bomb.yaml", aliasBomb)])).stderr).toContain(
      "bomb.yaml:2:8 repeats too much",
    )
  })

  it("writes nothing if a demand has no counterpart, and knows no other source", async () => {
    const path = file("without.yaml", text.replace("audiences: [a], ", ""))
    const { code, stdout, stderr } = await command(["import", "gloo", path])
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
    expect(stderr.replaceAll(/\s+/g, " ")).toContain("jwt.audiences is missing: Gloo does not check aud")
    expect((await command(["import", "istio", path])).code).toBe(2)
  })
})
