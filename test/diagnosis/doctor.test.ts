import { createPublicKey, generateKeyPairSync, X509Certificate } from "node:crypto"
import { createServer } from "node:http"
import { type AddressInfo, connect } from "node:net"
import { generate } from "selfsigned"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { startIssuers } from "../../local/issuers/all.ts"
import type { Diagnosis, DiagnosisFinding } from "../../src/policy.ts"
import { command, file } from "../cli/in-process.ts"
import { passDeadlines, startTimers, stopTimers } from "../support/deadlines.ts"
import { noteOutput } from "../support/noted-output.ts"
import { type Answer, httpsServer, json } from "./https-server.ts"

const rsa = (bits: number, kid?: string, more: object = {}): object => ({
  ...generateKeyPairSync("rsa", { modulusLength: bits }).publicKey.export({ format: "jwk" }),
  ...{ use: "sig", alg: "RS256", ...(kid && { kid }) },
  ...more,
})
const good = rsa(2048, "one")
const pair = generateKeyPairSync("ec", { namedCurve: "P-256" })

const metadata =
  (more: object = {}): ((origin: string) => object) =>
  (origin) => ({
    issuer: origin,
    jwks_uri: `${origin}/keys`,
    id_token_signing_alg_values_supported: ["RS256"],
    ...more,
  })

/** An issuer as it should be, with these answers in the place of its own. */
const answers = (more: { readonly [path: string]: Answer } = {}) => ({
  "/.well-known/openid-configuration": json(metadata()),
  "/keys": json({ keys: [good] }),
  ...more,
})

let count = 0
async function doctor(
  given: { readonly [path: string]: Answer },
  {
    days,
    slash = "",
    issuer = {},
    words = [],
  }: { days?: number; slash?: string; issuer?: object; words?: string[] } = {},
): Promise<Diagnosis & { readonly code: number; readonly all: readonly DiagnosisFinding[] }> {
  const { origin, ca } = await httpsServer(given, days)
  const config = file(`doctor-${++count}.json`, {
    issuers: [{ provider: "oidc", issuer: `${origin}${slash}`, audience: "api://orders", ...issuer }],
    keys: { ca, timeoutMs: 1500 },
  })
  const { code, stdout, stderr } = await command(["doctor", "--config", config, "--json", ...words])
  expect(stderr).toBe("")
  const diagnosis = JSON.parse(stdout) as Diagnosis
  return { ...diagnosis, code, all: diagnosis.issuers.flatMap(({ findings }) => findings) }
}

describe("15-8: hallpass doctor", () => {
  it("a good issuer is good, with what was measured, and the exit code is 0", async () => {
    const { code, grade, issuers, all } = await doctor(answers())
    expect({ code, grade, all }).toEqual({ code: 0, grade: "good", all: [] })
    expect(issuers[0]).toMatchObject({
      ...{ path: "issuers[0]", grade: "good" },
      facts: {
        keys: 1,
        freshForSeconds: 3600,
        latencyMs: expect.any(Number),
        certificateEnds: expect.stringMatching(/^20/),
      },
    })
    expect(Math.abs(issuers[0]?.facts.clockOffsetSeconds ?? 99)).toBeLessThanOrEqual(1)
  })

  const redirect: Answer = (response) => response.writeHead(301, { location: "https://elsewhere.example/" }).end()
  const page: Answer = (response) => response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html>")
  const status =
    (code: number): Answer =>
    (response) =>
      response.writeHead(code).end("{}")
  const never: Answer = () => void passDeadlines()
  /** What the clock for durations is ahead of itself, for answers that take long. */
  let skewMs = 0
  const now = performance.now.bind(performance)
  beforeAll(() => {
    stopTimers()
    vi.spyOn(performance, "now").mockImplementation(() => now() + skewMs)
  })
  afterAll(() => {
    vi.restoreAllMocks()
    startTimers()
  })
  const slow: Answer = (response, origin, request) => {
    skewMs += 1100
    json({ keys: [good] })(response, origin, request)
  }
  const at = "/.well-known/openid-configuration"
  const ahead =
    (seconds: number, more: { readonly [name: string]: string } = {}): Answer =>
    (response, origin, request) => {
      const date = new Date(Date.now() + seconds * 1000).toUTCString()
      json(metadata(), { date, ...more })(response, origin, request)
    }
  const withKeys = (...keys: object[]) => answers({ "/keys": json({ keys }) })

  it.each<[string, Parameters<typeof doctor>[0], string, "error" | "warning" | "info", RegExp]>([
    [
      "the issuer's own slash",
      answers({
        [at]: json((origin: string) => ({ ...metadata()(origin), issuer: `${origin}/` })),
      }),
      "issuer",
      "error",
      /differ by the slash at the end/,
    ],
    [
      "another issuer",
      answers({ [at]: json(metadata({ issuer: "https://evil.example" })) }),
      "issuer",
      "error",
      /calls itself "https:\/\/evil\.example"/,
    ],
    [
      "capitals",
      answers({ [at]: json((origin: string) => ({ ...metadata()(origin), issuer: origin.toUpperCase() })) }),
      "issuer",
      "error",
      /upper and lower case/,
    ],
    [
      "no issuer in the document",
      answers({ [at]: json(metadata({ issuer: undefined })) }),
      "issuer",
      "warning",
      /names no issuer/,
    ],
    [
      "a document that is not there",
      answers({ [at]: status(404) }),
      "discovery",
      "error",
      /answers 404: there is no such document/,
    ],
    ["a document that needs a login", answers({ [at]: status(401) }), "discovery", "error", /wants a login/],
    ["too many requests", answers({ [at]: status(429) }), "discovery", "error", /too many requests/],
    ["a server that fails", answers({ [at]: status(503) }), "discovery", "error", /answers 503/],
    [
      "a redirect",
      answers({ [at]: redirect }),
      "discovery",
      "error",
      /redirects \(301\) to https:\/\/elsewhere\.example\/; hallpass follows no redirect/,
    ],
    ["a web page", answers({ [at]: page }), "discovery", "error", /web page \(HTML\)/],
    ["a list", answers({ [at]: json([]) }), "discovery", "error", /no JSON object/],
    ["no answer", answers({ [at]: never }), "discovery", "error", /did not answer within 1500 ms/],
    [
      "no key set in the document",
      answers({ [at]: json(metadata({ jwks_uri: undefined })) }),
      "discovery",
      "error",
      /names no key set/,
    ],
    [
      "a key set without https",
      answers({ [at]: json(metadata({ jwks_uri: "http://example.com/keys" })) }),
      "discovery",
      "error",
      /only https is/,
    ],
    [
      "other algorithms",
      answers({ [at]: json(metadata({ id_token_signing_alg_values_supported: ["ES256"] })) }),
      "algorithms",
      "warning",
      /announces ES256, you accept RS256/,
    ],
    ["a clock ahead", answers({ [at]: ahead(120) }), "clock", "error", /1(?:18|19|20|21) s ahead/],
    ["a clock behind", answers({ [at]: ahead(-20) }), "clock", "warning", /behind/],
    ["a clock far behind", answers({ [at]: ahead(-4000) }), "clock", "error", /behind/],
    ["no key set", answers({ "/keys": status(404) }), "key set", "error", /answers 404/],
    ["a key set that is a page", answers({ "/keys": page }), "key set", "error", /web page/],
    ["a key set that redirects", answers({ "/keys": redirect }), "key set", "error", /follows no redirect/],
    ["JSON that is no key set", answers({ "/keys": json({ keys: 1 }) }), "key set", "error", /no key set/],
    ["a slow key set", answers({ "/keys": slow }), "latency", "warning", /took 1\d\d\d ms/],
    [
      "no cache headers",
      answers({ "/keys": json({ keys: [good] }, { "cache-control": "no-store" }) }),
      "cache",
      "info",
      /no cache header/,
    ],
    [
      "a long life",
      answers({ "/keys": json({ keys: [good] }, { "cache-control": "max-age=3888000" }) }),
      "cache",
      "info",
      /3888000 s/,
    ],
    [
      "an RSA key of 1024 bits",
      withKeys(good, rsa(1024, "weak")),
      "keys",
      "error",
      /"weak" is an RSA key of 1024 bits/,
    ],
    [
      "a key of an even exponent",
      withKeys(good, rsa(2048, "even", { e: "Ag" })),
      "keys",
      "error",
      /"even" (?:has the RSA exponent|is no valid key)/,
    ],
    ["an exponent of 3", withKeys(good, { ...rsa(2048, "three"), e: "Aw" }), "keys", "warning", /exponent 3/],
    [
      "a private key",
      withKeys(good, { ...pair.privateKey.export({ format: "jwk" }), kid: "p" }),
      "keys",
      "error",
      /private key in public/,
    ],
    [
      "a symmetric key",
      withKeys(good, { kty: "oct", k: "c2VjcmV0", kid: "s" }),
      "keys",
      "error",
      /symmetric secret in public/,
    ],
    [
      "two keys of one name",
      withKeys(good, rsa(2048, "one")),
      "keys",
      "warning",
      /2 different keys have the kid "one"/,
    ],
    [
      "five keys of one name",
      withKeys(...Array.from({ length: 5 }, () => rsa(2048, "one"))),
      "keys",
      "error",
      /5 different keys/,
    ],
    ["a key without a name", withKeys(good, rsa(2048)), "keys", "warning", /key 2 of the set has no kid/],
    [
      "a key for encryption",
      withKeys(good, { ...rsa(2048, "enc"), use: "enc" }),
      "keys",
      "info",
      /"enc" is not for signatures/,
    ],
    [
      "keys of another algorithm only",
      withKeys({ ...pair.publicKey.export({ format: "jwk" }), kid: "e" }),
      "keys",
      "error",
      /No key of the set can verify RS256/,
    ],
    ["an empty set", withKeys(), "keys", "error", /No key of the set/],
    ["a member that is no key", withKeys(good, [] as object), "keys", "info", /is no key/],
    [
      "too many keys",
      withKeys(...Array.from({ length: 120 }, (_, index) => ({ ...good, kid: `k${index}` }))),
      "keys",
      "warning",
      /has 120 keys; the first 100 are used/,
    ],
  ])("finds %s", async (_, given, check, severity, message) => {
    const { code, grade, all, issuers } = await doctor(given)
    const found = all.find((finding) => finding.check === check && message.test(finding.message))
    expect(found, JSON.stringify(all)).toMatchObject({ severity, ...(severity === "error" && { when: "now" }) })
    if (severity !== "info") expect(found?.remedy).toMatch(/\.$/)
    const isBad = all.some((finding) => finding.severity === "error")
    expect(code).toBe(isBad ? 1 : 0)
    expect(grade).toBe(issuers[0]?.grade)
    if (severity === "error") expect(grade).toBe("bad")
  })

  it("a Date that a cache hands on is not a wrong clock", async () => {
    const { all } = await doctor(answers({ [at]: ahead(-4000, { age: "4000" }) }))
    expect(all).toEqual([])
  })

  it.each<[number, "error" | "warning"]>([
    [5, "error"],
    [20, "warning"],
  ])("a certificate of %s more days is a finding that says when", async (days, severity) => {
    const { code, all } = await doctor(answers(), { days })
    expect(all[0]).toMatchObject({ check: "certificate", severity, when: expect.stringMatching(/^20\d\d-.*Z$/) })
    expect(all[0]?.message).toContain(`ends in ${days} days`)
    expect(code).toBe(severity === "error" ? 1 : 0)
  })

  it("a certificate of another authority, and a host that is not there", async () => {
    const { origin } = await httpsServer(answers())
    const config = file("untrusted.json", {
      issuers: [
        { provider: "oidc", issuer: origin, audience: "a" },
        { provider: "oidc", issuer: "https://nothing.invalid", audience: "a" },
      ],
    })
    const { code, stdout } = await command(["doctor", "--config", config])
    expect(code).toBe(1)
    expect(stdout).toMatch(/not from\s+an authority that is trusted\s+\((?:DEPTH_ZERO_)?SELF_SIGNED/)
    expect(stdout).toContain("keys.ca")
    expect(stdout).toMatch(/its host name is not known to\s+DNS|there is no way|network failed/)
  })

  it("a certificate beside a key is the key's own, or a finding", async () => {
    const made = await generate([{ name: "commonName", value: "key" }], { keySize: 2048 })
    const own = { ...createPublicKey(made.public).export({ format: "jwk" }), kid: "one", alg: "RS256" }
    const x5c = [new X509Certificate(made.cert).raw.toString("base64")]
    expect((await doctor(withKeys({ ...own, x5c }))).all).toEqual([])
    expect((await doctor(withKeys({ ...good, x5c }))).all).toMatchObject([{ check: "keys", severity: "warning" }])
    expect((await doctor(withKeys({ ...good, x5c: ["AAAA", 1] }))).all).toEqual([])
  })

  it("keys at another address than the document names, with a certificate of their own", async () => {
    const keys = await httpsServer({ "/jwks": json({ keys: [good] }) }, 5)
    const { origin, ca } = await httpsServer({ [at]: json(metadata()), "/keys": json({ keys: [good] }) })
    const config = file("elsewhere.json", {
      issuers: [
        { provider: "oidc", issuer: origin, audience: "a", jwksUri: `${origin}/other` },
        { provider: "oidc", issuer: "https://id.acme.example", audience: "a", jwksUri: `${keys.origin}/jwks` },
      ],
      keys: { ca: `${ca}\n${keys.ca}` },
    })
    const { stdout } = await command(["doctor", "--config", config, "--json"])
    const [first, second] = (JSON.parse(stdout) as Diagnosis).issuers
    expect(first?.findings).toMatchObject([
      { check: "discovery", severity: "warning", message: expect.stringContaining(`names the key set ${origin}/keys`) },
      { check: "key set", severity: "error", message: expect.stringContaining("404") },
    ])
    expect(second?.findings).toMatchObject([
      { check: "discovery", severity: "info", message: expect.stringContaining("hallpass needs none") },
      { check: "certificate", severity: "error", message: expect.stringContaining("ends in 5 days") },
    ])
  })

  it("an inline key set is looked at without the network", async () => {
    const issuer = { issuer: "https://id.acme.example", jwks: { keys: [good, rsa(1024, "weak")] } }
    const { code, all } = await doctor({}, { issuer })
    expect(all.map(({ severity }) => severity)).toEqual(["error", "info"])
    expect(code).toBe(1)
  })

  it("the local issuers are good: Okta, Auth0, Entra, Cognito, with their discovery documents", async () => {
    const issuers = await startIssuers()
    afterAll(() => Promise.all(issuers.map((issuer) => issuer.stop())))
    const config = file("local.json", {
      issuers: issuers.map(({ configuration }) => configuration),
      keys: { allowHttpLoopback: true },
    })
    const { code, stdout } = await command(["doctor", "--config", config, "--json"])
    const diagnosis = JSON.parse(stdout) as Diagnosis
    expect(diagnosis.issuers.flatMap(({ findings }) => findings)).toEqual([])
    expect(diagnosis.issuers.map(({ grade }) => grade)).toEqual(["good", "good", "good", "good"])
    for (const { facts } of diagnosis.issuers)
      expect(facts).toMatchObject({ keys: 2, discoveryUrl: expect.any(String) })
    expect(code).toBe(0)

    const wrong = await issuers[0]?.mint("wrong-audience")
    const judged = await command(["doctor", "--config", config, "--json", "--token", wrong ?? ""])
    const { token } = JSON.parse(judged.stdout) as Diagnosis
    expect(judged.code).toBe(1)
    expect(token).toMatchObject({ reason: "audience_mismatch", grade: "bad" })
    expect(token?.findings[0]).toMatchObject({
      message: 'audience (aud): the token has "api://billing", you configured "api://orders".',
    })
    expect(judged.stdout).not.toContain(wrong)
    const fine = await command(["doctor", "--config", config, "--token", (await issuers[1]?.mint("good")) ?? ""])
    expect(fine.stdout).toContain("The token is accepted by this configuration.")
    const expired = await command(["doctor", "--config", config, "--token", (await issuers[2]?.mint("expired")) ?? ""])
    expect(expired.stdout).toMatch(/times: the token ended on \S+, 12\d minutes ago/)
    expect(expired.code).toBe(1)
    const tampered = await command([
      "doctor",
      "--config",
      config,
      "--token",
      (await issuers[3]?.mint("tampered")) ?? "",
    ])
    expect(tampered.stdout).toMatch(/signature: .*signature/s)
    const foreign = await command([
      "doctor",
      "--config",
      config,
      "--token",
      `e30.${Buffer.from('{"iss":"https://northwind.eu.auth0.com"}').toString("base64url")}.AA`,
    ])
    expect(foreign.code).toBe(1)
  })

  it("goes through the proxy of the environment, and says so", async () => {
    const proxy = createServer()
    proxy.on("connect", (request, client) => {
      const [host = "", port] = (request.url ?? "").split(":")
      const target = connect(Number(port), host, () => {
        client.write("HTTP/1.1 200 Connection Established\r\n\r\n")
        target.pipe(client).pipe(target)
      })
      for (const socket of [client, target]) socket.on("error", () => socket.destroy())
    })
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve))
    const address = `127.0.0.1:${(proxy.address() as AddressInfo).port}`
    for (const name of ["no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY", "HTTPS_PROXY"]) vi.stubEnv(name, "")
    vi.stubEnv("https_proxy", `http://${address}`)
    try {
      const { grade, all, issuers } = await doctor(answers())
      expect(all).toMatchObject([{ check: "proxy", severity: "info", message: expect.stringContaining(address) }])
      expect({ grade, proxy: issuers[0]?.facts.proxy }).toEqual({ grade: "good", proxy: address })
      vi.stubEnv("https_proxy", "http://127.0.0.1:1")
      const down = await doctor(answers())
      expect(down.all[0]?.message).toMatch(/cannot be reached through the proxy 127\.0\.0\.1:1/)
    } finally {
      vi.unstubAllEnvs()
      proxy.close()
    }
  })

  it("draws progress on a terminal only, and not beside --json", async () => {
    const { origin, ca } = await httpsServer(answers())
    const config = file("progress.json", {
      issuers: [{ provider: "oidc", issuer: origin, audience: "a" }],
      keys: { ca },
    })
    const write = vi.spyOn(process.stderr, "write").mockImplementation((chunk) => {
      noteOutput(String(chunk))
      return true
    })
    try {
      await command(["doctor", "--config", config, "--json"], true)
      await command(["doctor", "--config", config])
      expect(write).not.toHaveBeenCalled()
      await command(["doctor", "--config", config], true)
      expect(write.mock.calls.map(([text]) => String(text)).join("")).toContain("\r\u001b[2KAsking https:")
    } finally {
      write.mockRestore()
    }
  })

  it("prints within 80 columns, the worst first, and no sequence of a server reaches the terminal", async () => {
    const evil = "\u001b]0;title\u0007\u001b[2J\u202e"
    const { origin, ca } = await httpsServer(
      answers({
        [at]: json(metadata({ issuer: `https://evil.example/${evil}`, id_token_signing_alg_values_supported: [evil] })),
        "/keys": json({ keys: [good, { kty: evil, kid: evil }, rsa(1024, evil)] }),
      }),
    )
    const config = file("evil.json", { issuers: [{ provider: "oidc", issuer: origin, audience: "a" }], keys: { ca } })
    const { stdout } = await command(["doctor", "--config", config])
    expect(stdout).toMatch(/^bad {3}https:\/\/localhost/)
    expect(stdout.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80)
    expect(stdout.indexOf("✗")).toBeLessThan(stdout.indexOf("!"))
    expect(stdout).toContain("to fix (✗); something fails now.")
  })

  it.each<[string, string[], string]>([
    ["a refused configuration", ["--config", file("refused.json", { issuers: [] })], "the configuration is refused"],
    [
      "a certificate without an edge",
      [
        "--config",
        file("plain.json", { issuers: [{ provider: "okta", domain: "a.okta.com", audience: "a" }] }),
        "--certificate",
        "a.pem",
      ],
      "--certificate is for an edge with mtls",
    ],
    ["no configuration", ["--config", "none.json"], "none.json cannot be read"],
  ])("%s is one line and exit code 2", async (_, words, text) => {
    const { code, stdout, stderr } = await command(["doctor", ...words])
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(stderr).toContain(text)
    expect(stderr).toMatch(/^[^\n]+\n$/)
  })
})
