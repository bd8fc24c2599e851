import { execFileSync } from "node:child_process"
import { generateKeyPairSync, X509Certificate } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { signEdgeRequest } from "../../src/edge.ts"
import { type AuthorizerConfig, createAuthorizer } from "../../src/index.ts"
import { allRefusals } from "../../src/types/reasons.ts"
import { restRequest } from "../support/events.ts"
import { tcl } from "../support/tools.ts"
import { type ClientRequest, type Device, deviceSeconds, runRule } from "./tcl/device.ts"

const root = resolve(import.meta.dirname, "../..")
const read = (path: string): string => readFileSync(join(root, path), "utf8")
const guides = ["docs/f5.md", "docs/nginx.md"]
const blocks = (path: string, language: string): string[] =>
  [...read(path).matchAll(new RegExp(`^ *\`\`\`${language}\\n([\\s\\S]*?)^ *\`\`\``, "gm"))].map(
    ([, code = ""]) => code,
  )

const folder = mkdtempSync(join(tmpdir(), "hallpass-guides-"))
afterAll(() => rmSync(folder, { recursive: true }))

const keyHex = "e270f4e63ef29495044fae84349f1b94e925c12365f8bb70db0ee3ef71df56f1"
const originSecret = "4vXyQ0aPq2LmN8sT"
const secrets: { readonly [name: string]: string } = {
  "edge/hmac": JSON.stringify({ k1: keyHex }),
  "edge/origin": JSON.stringify([originSecret]),
}
const parts = {
  clock: () => deviceSeconds * 1000,
  secrets: (reference: { secretsManager?: string; ssm?: string }) => {
    const current = secrets[reference.secretsManager ?? ""]
    return current === undefined ? Promise.reject(new Error("no such secret")) : Promise.resolve({ current })
  },
}

const configurations = guides.flatMap((page) =>
  blocks(page, "json").map((json, index) => ({ name: `${page} #${index + 1}`, page, json })),
)

describe("configurations in the guides", () => {
  it("are there", () => expect(configurations.length).toBeGreaterThanOrEqual(8))

  it.each(configurations)("$name is accepted", ({ json }) => {
    const config = JSON.parse(json) as AuthorizerConfig & { edge?: unknown }
    expect(config).toHaveProperty("edge")
    expect(() => createAuthorizer(config, parts)).not.toThrow()
  })

  it.each(configurations)("$name: without its evidence it is refused, and so is a TTL beside HMAC", ({ json }) => {
    const config = JSON.parse(json) as { edge: { evidence: unknown[] }; gateway: object }
    const bare = { ...config, edge: { ...config.edge, evidence: [] } } as unknown as AuthorizerConfig
    expect(() => createAuthorizer(bare, parts)).toThrow(/edge\.evidence/)
    const cached = { ...config, gateway: { resultTtlSeconds: 300 } } as unknown as AuthorizerConfig
    expect(() => createAuthorizer(cached, parts)).toThrow(/gateway\.(?:resultTtlSeconds|identitySources)/)
  })
})

describe("reason codes in docs/f5.md", () => {
  const rows = read("docs/f5.md")
    .split("\n")
    .filter((row) => /^\| `[a-z_]+`/.test(row))
  const named = rows.flatMap((row) => [...(row.split(" | ")[0] ?? "").matchAll(/`([a-z_]+)`/g)].map(([, code]) => code))
  const codes: readonly string[] = allRefusals().map(({ code }) => code)

  it("are those of the table of reasons, and all that concern the edge are explained", () => {
    const troubles = named.filter((code) => code !== undefined && /_/.test(code) && !/^edge_(?:v1|jws)_/.test(code))
    expect(troubles.filter((code) => !codes.includes(code as string))).toEqual([])
    const concerned = codes.filter((code) => /^edge_|^secrets_/.test(code))
    expect(concerned.length).toBeGreaterThan(20)
    expect(concerned.filter((code) => !troubles.includes(code))).toEqual([])
  })
})

// -- what BIG-IP sends, under the guide's configurations --------------------------------------------------------------

const domainName = "abc123def4.execute-api.eu-west-1.amazonaws.com"
const readers = "CN=Orders Readers,OU=API,DC=corp,DC=example"
const session = {
  "session.logon.last.username": "alice",
  "session.ad.last.attr.memberOf": `| ${readers} | 0x436f6d707465735fc3a964697465757273 |`,
}
const signing: Device = {
  dataGroups: { "/Common/edge_hmac_keys": { current: "k1", k1: keyHex } },
  variables: { edge_v1_host: domainName },
}
const pair = generateKeyPairSync("rsa", { modulusLength: 2048 })

/** A REST event of a request that carries the headers which an iRule left in it. */
async function eventOf(
  rule: string,
  device: Device,
  identity: object = {},
  request: ClientRequest = {},
): Promise<object> {
  const [outcome] = await runRule(rule, device, [{ path: "/prod/orders/7", session, ...request }])
  expect(outcome).not.toHaveProperty("responded")
  expect(outcome).not.toHaveProperty("error")
  return eventWith(Object.fromEntries(outcome?.headers ?? []), identity)
}

function eventWith(headers: { [name: string]: string }, identity: object = {}): object {
  const event = restRequest(undefined, { path: "/orders/7", template: "/orders/{id}", headers })
  const context = event.requestContext as { identity: object }
  return {
    ...event,
    requestContext: { ...context, domainName, identity: { ...context.identity, ...identity } },
  }
}

/** The configurations of docs/f5.md that have this evidence, as they stand. */
const withEvidence = (...kinds: readonly string[]) =>
  configurations.filter(({ page, json }) => {
    const { edge } = JSON.parse(json) as { edge: { role: string; evidence: readonly object[] } }
    const found = Object.keys(edge.evidence[0] ?? {})
    return page === "docs/f5.md" && edge.role === "identity" && found.toSorted().join() === kinds.toSorted().join()
  })

describe.runIf(tcl.isThere)("what BIG-IP sends as docs/f5.md says", () => {
  const vpceId = "vpce-0123456789abcdef0"
  let keyFile: string
  beforeAll(() => {
    keyFile = join(folder, "edge.key")
    writeFileSync(keyFile, pair.privateKey.export({ type: "pkcs8", format: "pem" }))
  })

  it.each(withEvidence("hmac"))("is believed with a signature: $name", async ({ json }) => {
    const { decide } = createAuthorizer(JSON.parse(json) as AuthorizerConfig, parts)
    const decision = await decide(await eventOf("sign-edge-v1.tcl", signing))
    expect(decision).toMatchObject({ reason: "ok", principal: { subject: "alice", issuer: "edge", kind: "user" } })
    expect(decision.principal?.groups).toEqual([readers, "Comptes_éditeurs"])
    const { outcome, reason } = await decide(eventWith({ "X-Edge-User": "alice", "X-Edge-Groups": `| ${readers} |` }))
    expect({ outcome, reason }).toEqual({ outcome: "unauthenticated", reason: "edge_evidence_missing" })
  })

  it.each(withEvidence("hmac", "vpceIds"))(
    "is believed with a signature through the endpoint: $name",
    async ({ json }) => {
      const { decide } = createAuthorizer(JSON.parse(json) as AuthorizerConfig, parts)
      const decision = await decide(await eventOf("sign-edge-v1.tcl", signing, { vpceId }))
      expect(decision).toMatchObject({ reason: "ok", principal: { groups: ["Orders Readers", "Comptes_éditeurs"] } })
      const elsewhere = await decide(await eventOf("sign-edge-v1.tcl", signing, { vpceId: "vpce-00000000000000000" }))
      expect(elsewhere.reason).toBe("edge_network_refused")
      expect((await decide(await eventOf("sign-edge-v1.tcl", signing))).outcome).toBe("unauthenticated")
    },
  )

  it.each(withEvidence("secret", "vpceIds"))(
    "is believed with a secret through the endpoint: $name",
    async ({ json }) => {
      const { decide } = createAuthorizer(JSON.parse(json) as AuthorizerConfig, parts)
      const headers = { "X-Edge-User": "alice", "X-Edge-Groups": `| ${readers} |`, "X-Origin-Verify": originSecret }
      expect(await decide(eventWith(headers, { vpceId }))).toMatchObject({ reason: "ok" })
      expect((await decide(eventWith(headers))).outcome).toBe("unauthenticated")
      const guessed = { ...headers, "X-Origin-Verify": originSecret.toUpperCase() }
      expect((await decide(eventWith(guessed, { vpceId }))).reason).toBe("edge_secret_invalid")
    },
  )

  it.each(withEvidence("mtls", "secret"))(
    "is believed with a pinned certificate and a secret: $name",
    async ({ json }) => {
      const certificate = join(folder, "bigip.crt")
      execFileSync("openssl", ["req", "-x509", "-new", "-key", keyFile, "-subj", "/CN=bigip", "-out", certificate])
      // The guide's own command makes the pin.
      const command = blocks("docs/f5.md", "sh")
        .join("\n")
        .split("\n")
        .find((line) => line.includes("-noout -pubkey"))
      expect(command).toBeDefined()
      const pin = execFileSync("bash", ["-c", command ?? "false"], { cwd: folder, encoding: "utf8" }).trim()
      const config = JSON.parse(json) as AuthorizerConfig
      const pinned = JSON.parse(json.replace(/"spkiSha256": \[.*?\]/, `"spkiSha256": ["${pin}"]`)) as AuthorizerConfig
      expect(pinned).not.toEqual(config)
      const headers = { "X-Edge-User": "alice", "X-Edge-Groups": `| ${readers} |`, "X-Origin-Verify": originSecret }
      const event = eventWith(headers, { clientCert: { clientCertPem: readFileSync(certificate, "utf8") } })
      const now = { ...parts, clock: () => Date.now() }
      expect(await createAuthorizer(pinned, now).decide(event)).toMatchObject({ reason: "ok" })
      expect((await createAuthorizer(config, now).decide(event)).reason).toBe("edge_certificate_refused")
      expect((await createAuthorizer(pinned, now).decide(eventWith(headers))).outcome).toBe("unauthenticated")
    },
  )

  it.each(withEvidence("jws"))("is believed with a minted token: $name", async ({ json }) => {
    const certificate = join(folder, "edge.crt")
    execFileSync("openssl", ["req", "-x509", "-new", "-key", keyFile, "-subj", "/CN=edge", "-out", certificate])
    // The guide's own command makes the key set.
    const command = blocks("docs/f5.md", "sh").find((code) => code.includes("X509Certificate")) ?? "false"
    const jwks = JSON.parse(execFileSync("bash", ["-c", command], { cwd: folder, encoding: "utf8" })) as object
    const config = JSON.parse(json, (name, value: unknown) => (name === "jwks" ? jwks : value)) as AuthorizerConfig
    const { decide } = createAuthorizer(config, parts)
    const minting = (header: object): Device => ({ keys: { "/Common/edge_jwk": { file: keyFile, header } } })
    const event = await eventOf("mint-jws.tcl", minting({ alg: "RS256", kid: "edge-1" }))
    expect(await decide(event)).toMatchObject({
      reason: "ok",
      principal: { subject: "alice", groups: [readers, "Comptes_éditeurs"] },
    })
    expect((await decide(await eventOf("mint-jws.tcl", minting({ alg: "RS256", kid: "edge-2" })))).reason).toBe(
      "key_unknown",
    )
    // BIG-IP names a key without key-id by its certificate: the same member in the JWK finds it.
    const { fingerprint } = new X509Certificate(readFileSync(certificate))
    const x5t = Buffer.from(fingerprint.replaceAll(":", ""), "hex").toString("base64url")
    const keys = [{ ...pair.publicKey.export({ format: "jwk" }), x5t }]
    const byThumbprint = JSON.parse(json, (name, value: unknown) => (name === "jwks" ? { keys } : value))
    const named = await eventOf("mint-jws.tcl", minting({ alg: "RS256", x5t }))
    expect(await createAuthorizer(byThumbprint, parts).decide(named)).toMatchObject({ reason: "ok" })
    expect((await decide(named)).outcome).toBe("unauthenticated")
    const spoofed = { ...(event as { headers: { [name: string]: string } }).headers, "X-Edge-Groups": "| CN=Admins |" }
    expect((await decide(eventWith(spoofed))).reason).toBe("edge_header_mismatch")
  })
})

describe.runIf(tcl.isThere)("commands in docs/f5.md", () => {
  it("sign a request by hand as the iRule does", () => {
    const code = blocks("docs/f5.md", "sh").find((text) => text.includes("edge-v1")) ?? "false"
    const script = `key=${keyHex}\ndate() { echo ${deviceSeconds}; }\ncurl() { printf '%s\\n' "$@"; }\n${code}`
    const sent = execFileSync("bash", ["-euo", "pipefail", "-c", script], { encoding: "utf8" }).split("\n")
    const header = (name: string): string =>
      sent.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? ""
    const headers = { "x-edge-user": header("X-Edge-User"), "x-edge-groups": header("X-Edge-Groups") }
    const request = { method: "GET", host: domainName, path: "/prod/orders/7", headers }
    const key = Buffer.from(keyHex, "hex")
    expect(header("X-Edge-Signature")).toBe(
      signEdgeRequest({ ...request, keyId: "k1", key, unixSeconds: deviceSeconds }),
    )
    expect(headers["x-edge-groups"]).toMatch(/^\| CN=/)
  })
})

describe.runIf(tcl.isThere)("filter-groups.tcl", () => {
  const filtered = (groups: string): string => {
    const code = `proc mcget { name } { return [binary format H* ${Buffer.from(groups).toString("hex") || '""'}] }
      proc expression {} {
        ${read("examples/f5/filter-groups.tcl").replaceAll(/^#.*\n/gm, "")}
      }
      puts -nonewline [expression]`
    return execFileSync("tclsh", [], { input: code, encoding: "utf8" })
  }

  it.each([
    ["", ""],
    ["| |", ""],
    ["| CN=A,OU=Staff,DC=x |", ""],
    ["| CN=A,OU=Staff,DC=x | CN=B,OU=API,DC=x |", "| CN=B,OU=API,DC=x |"],
    ["| CN=B,ou=api,DC=x | CN=C,OU=API,DC=x |", "| CN=B,ou=api,DC=x | CN=C,OU=API,DC=x |"],
    ["| CN=D,OU=APIs,DC=x | 0xc3a9 | CN=E,OU=Other,DC=x |", "| 0xc3a9 |"],
    ["| CN=[exit] $x {,OU=API,DC=x |", "| CN=[exit] $x {,OU=API,DC=x |"],
  ])("makes %j into %j", (groups, expected) => expect(filtered(groups)).toBe(expected))
})
