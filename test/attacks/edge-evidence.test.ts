import { describe, expect, it } from "vitest"
import { hmacEvidence } from "../../src/edge/evidence/hmac.ts"
import { secretEvidence } from "../../src/edge/evidence/shared-secret.ts"
import type { EdgeV1Signing } from "../../src/edge.ts"
import { type Authorizer, createAuthorizer } from "../../src/index.ts"
import { fixedSource, type Source } from "../../src/shared/value-source.ts"
import { refusal } from "../../src/types/reasons.ts"
import type { SharedSecrets } from "../../src/types/secret-options.ts"
import { oidcIssuer } from "../support/config.ts"
import {
  alice,
  edgeAuthorizer,
  edgeConfig,
  edgeEvent,
  type HeaderKind,
  headerKinds,
  key,
  keyId,
  otherKeyHex,
  secret,
  secretPart,
  secrets,
  signature,
  vectorKeyHex,
} from "../support/edge.ts"
import type { EventOptions } from "../support/events.ts"
import { clock, mint, nowSeconds } from "../support/mint.ts"

const edgeConnection = {
  method: "GET",
  host: "h",
  path: "/",
  sourceIp: undefined,
  vpceId: undefined,
  clientCertPem: undefined,
}
const otherKey = Buffer.from(otherKeyHex, "hex")
const hmac = await edgeAuthorizer(edgeConfig())
const network = { vpceId: "vpce-0a1b2c3d4e5f" }
const sharedSecret = await edgeAuthorizer(edgeConfig({ evidence: [{ vpceIds: [network.vpceId], secret: secretPart }] }))

/** The reason for one request whose edge signed `signing`, and which arrives with `headers` in their place. */
async function reason(
  kind: HeaderKind,
  signing: Partial<EdgeV1Signing> & { readonly sent?: (value: string) => string } = {},
  headers: { readonly [name: string]: unknown } = alice,
  options: EventOptions = {},
  authorizer: Authorizer = hmac,
): Promise<string> {
  const { sent = (value) => value, headers: signed = alice, ...changes } = signing
  const value = sent(signature(kind, signed, changes))
  const event = edgeEvent(kind, { ...options, headers: { ...headers, "x-edge-signature": value } })
  const decision = await authorizer.decide(event)
  if (decision.reason !== "ok") expect(decision).not.toHaveProperty("principal")
  return decision.reason
}

describe.each(headerKinds)("SR-130: a signed request, %s", (kind) => {
  it("is believed as it was signed", async () => {
    expect(await reason(kind)).toBe("ok")
  })

  const { "x-edge-groups": groups, ...userOnly } = alice
  it.each<[string, { readonly [name: string]: unknown }]>([
    ["another user", { ...alice, "x-edge-user": "bob" }],
    ["the user in capitals", { ...alice, "x-edge-user": "Alice" }],
    ["another group", { ...alice, "x-edge-groups": "| CN=Admins,OU=G,DC=corp,DC=example |" }],
    ["a further group", { ...alice, "x-edge-groups": `${groups} CN=Admins |` }],
    ["the groups in another order", { ...alice, "x-edge-groups": groups?.split(" | ").reverse().join(" | ") }],
    ["the groups dropped", userOnly],
    ["the groups emptied", { ...alice, "x-edge-groups": "" }],
    ["values exchanged", { "x-edge-user": "| CN=Ops |", "x-edge-groups": "alice" }],
  ])("with %s is refused", async (_name, headers) => {
    expect(await reason(kind, {}, headers)).toBe("edge_signature_invalid")
  })

  it("with a header that was signed as absent is refused", async () => {
    expect(await reason(kind, { headers: { "x-edge-user": "alice", "x-edge-groups": "" } })).toBe(
      "edge_signature_invalid",
    )
  })

  it("whose signer left the absent header out of the text is refused", async () => {
    expect(await reason(kind, { headers: userOnly }, userOnly)).toBe("edge_signature_invalid")
  })

  it("with a further header is believed, because only the configured ones are signed", async () => {
    expect(await reason(kind, {}, { ...alice, "x-other": "1", "x-edge-users": "bob" })).toBe("ok")
  })

  it.each<[string, Partial<EdgeV1Signing>]>([
    ["another method", { method: "POST" }],
    ["another host", { host: "api.example.org" }],
    ["a host with a port", { host: "api.example.com:443" }],
    ["another path", { path: "/prod/orders/8" }],
    ["a path with the query string", { path: "/prod/orders/7?a=1" }],
    ["the path in capitals", { path: "/PROD/ORDERS/7" }],
    ["a trailing slash", { path: "/prod/orders/7/" }],
    ["another key under the same id", { key: otherKey }],
    ["the key of another id", { keyId: "k0" }],
  ])("signed for %s is refused", async (_name, changes) => {
    expect(await reason(kind, changes)).toBe("edge_signature_invalid")
  })

  it("signed with the previous key is believed", async () => {
    expect(await reason(kind, { keyId: "k0", key: otherKey })).toBe("ok")
  })

  it.each(["k2", "K1", "constructor", "__proto__", "hasOwnProperty", "k1."])(
    "with the unknown key id %s is refused",
    async (id) => {
      expect(await reason(kind, { keyId: id })).toBe("edge_key_unknown")
    },
  )

  it.each([
    [nowSeconds - 60, "ok"],
    [nowSeconds - 61, "edge_signature_stale"],
    [nowSeconds - 86_400, "edge_signature_stale"],
    [nowSeconds + 5, "ok"],
    [nowSeconds + 6, "edge_signature_stale"],
    [999_999_999_999, "edge_signature_stale"],
    [1, "edge_signature_stale"],
  ])("signed at %d is %s", async (unixSeconds, expected) => {
    expect(await reason(kind, { unixSeconds })).toBe(expected)
  })

  it("sent again with a fresher time is refused", async () => {
    const sent = (value: string): string => value.replace(/ts=\d+/, `ts=${nowSeconds}`)
    expect(await reason(kind, { unixSeconds: nowSeconds - 300, sent })).toBe("edge_signature_invalid")
  })

  it.each<[string, (value: string) => string]>([
    ["another version", (value) => value.replace("v=1", "v=2")],
    ["no version", (value) => value.replace("v=1; ", "")],
    ["members in another order", (value) => value.replace(/(kid=[^;]+); (ts=[^;]+)/, "$2; $1")],
    ["a member twice", (value) => value.replace(/ts=/, "kid=k1; ts=")],
    ["a further member", (value) => `${value}; alg=none`],
    ["no blank after the semicolon", (value) => value.replaceAll("; ", ";")],
    ["two blanks", (value) => value.replace("; ", ";  ")],
    ["names in capitals", (value) => value.replace("kid=", "KID=")],
    ["an empty key id", (value) => value.replace(/kid=[^;]*/, "kid=")],
    ["a key id of 65 characters", (value) => value.replace(/kid=[^;]*/, `kid=${"k".repeat(65)}`)],
    ["a key id with a slash", (value) => value.replace(/kid=[^;]*/, "kid=../k1")],
    ["a time with a leading zero", (value) => value.replace("ts=", "ts=0")],
    ["a time with a sign", (value) => value.replace("ts=", "ts=+")],
    ["a time in exponents", (value) => value.replace(/ts=\d+/, "ts=1e9")],
    ["a time with a fraction", (value) => value.replace(/ts=(\d+)/, "ts=$1.5")],
    ["a truncated signature", (value) => value.slice(0, -5)],
    ["no signature", (value) => value.replace(/sig=.*/, "sig=")],
    ["a signature without its padding", (value) => value.slice(0, -1)],
    ["a signature in base64url", (value) => value.replace(/sig=.{4}/, "sig=-_-_")],
    ["a signature in hex", (value) => value.replace(/sig=.*/, `sig=${"ab".repeat(32)}`)],
    ["another spelling of the same signature", (value) => respelled(value)],
    ["a longer signature", (value) => value.replace(/.=$/, "AAAA=")],
    ["only the signature", (value) => value.slice(value.indexOf("sig=") + 4)],
    ["a quoted signature", (value) => value.replace(/sig=(.*)/, 'sig="$1"')],
  ])("with %s is malformed", async (_name, sent) => {
    expect(await reason(kind, { sent })).toBe("edge_signature_malformed")
  })

  it("with one bit changed anywhere in the signature is refused", async () => {
    for (let bit = 0; bit < 256; bit++) {
      const sent = (value: string): string => {
        const [head, text = ""] = value.split("sig=")
        const bytes = Buffer.from(text, "base64")
        bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
        return `${head}sig=${bytes.toString("base64")}`
      }
      expect(await reason(kind, { sent })).toBe("edge_signature_invalid")
    }
  })

  it("SR-123: with two signatures is refused, whichever is good", async () => {
    const good = signature(kind, alice)
    const bad = signature(kind, alice, { key: otherKey })
    for (const [first, second] of [
      [good, bad],
      [bad, good],
    ]) {
      const event = edgeEvent(kind, { headers: { ...alice, "x-edge-signature": second } })
      const joined = { ...(event.headers as object), "x-edge-signature": `${first},${second}` }
      const lists = { ...(event.multiValueHeaders as object), "x-edge-signature": [first, second] }
      const both = kind === "http-2.0" ? { ...event, headers: joined } : { ...event, multiValueHeaders: lists }
      expect(await hmac.decide(both)).toMatchObject({ outcome: "unauthenticated" })
    }
  })

  it("SR-122: whose signature header has an alias beside it is refused", async () => {
    expect(await reason(kind, {}, { ...alice, x_edge_signature: "v=1" })).toBe("edge_header_alias")
  })

  it("SR-126: whose Connection header names the signature is refused", async () => {
    expect(await reason(kind, {}, { ...alice, Connection: "close, X-Edge-Signature" })).toBe("edge_header_connection")
  })

  it("SR-128: with forwarded headers that say something else is believed for what the gateway says", async () => {
    const lies = { "x-forwarded-host": "evil.example", "x-original-url": "/admin", "x-http-method-override": "DELETE" }
    expect(await reason(kind, {}, { ...alice, ...lies })).toBe("ok")
    const forLies = { host: "evil.example", path: "/admin", method: "DELETE" }
    expect(await reason(kind, forLies, { ...alice, ...lies })).toBe("edge_signature_invalid")
  })

  it("whose host the gateway does not say is refused, even with a Host header", async () => {
    const headers = { ...alice, host: "api.example.com", "x-edge-signature": signature(kind, alice) }
    const event = edgeEvent(kind, { headers }, { host: null })
    expect(await hmac.decide(event)).toMatchObject({ reason: "edge_signature_invalid" })
  })
})

/** The same 32 bytes in another base64 text: the two unused bits of the last character set. */
function respelled(value: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
  const last = value.at(-2) ?? ""
  const other = `${value.slice(0, -2)}${alphabet[alphabet.indexOf(last) + 1]}=`
  const bytes = (text: string): Buffer => Buffer.from(text.slice(text.indexOf("sig=") + 4), "base64")
  expect(bytes(other).equals(bytes(value))).toBe(true)
  return other
}

describe("SR-130, 2.2: a signature over a path that an HTTP API shows decoded", () => {
  const httpKinds = ["http-1.0", "http-2.0"] as const
  const pathOf = (kind: HeaderKind, path: string): string => (kind === "http-1.0" ? `/prod${path}` : path)
  /** @param sent as it stood in the request line @param shown as the gateway shows it */
  const judged = (kind: HeaderKind, sent: string, shown = decodeURIComponent(sent)) =>
    reason(kind, { path: pathOf(kind, sent) }, alice, { path: shown })
  const small = (path: string): string => path.replace(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase())

  const everyCharacter = Array.from({ length: 95 }, (_, at) => String.fromCharCode(0x20 + at)).filter(
    (character) => !"/%".includes(character),
  )
  const strict = (text: string): string =>
    encodeURIComponent(text).replace(
      /[!'()*]/g,
      (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
    )

  it.each(httpKinds)("%s: fits for each character, as URL libraries send it, in both hex cases", async (kind) => {
    for (const character of [...everyCharacter, "é", "😀", "\u007f", "\t", "\0"]) {
      const text = `/files/a${character}b/c`
      const forms = [new URL(`https://x${text.replace(/[?#\\\t]/g, encodeURIComponent)}`).pathname, encodeURI(text)]
      for (const sent of [
        ...forms,
        `/files/${encodeURIComponent(`a${character}b`)}/c`,
        `/files/${strict(`a${character}b`)}/c`,
      ])
        for (const path of [sent, small(sent)]) expect(await judged(kind, path), `${kind} ${path}`).toBe("ok")
    }
  })

  it.each(httpKinds)("%s: fits for many characters in one path", async (kind) => {
    const id = 'auth0|5f7c {"a":[1]} <x>^`\\ é'
    const segments = [encodeURIComponent(id), strict(id), encodeURI(id)]
    for (const segment of segments)
      for (const path of [`/users/${segment}`, small(`/users/${segment}`)])
        expect(await judged(kind, path), path).toBe("ok")
  })

  it.each(httpKinds)("%s: fits for a path that is shown with its escapes, as emulators do", async (kind) => {
    for (const path of ["/a%7Cb%20c", "/a%7cb%20c", "/a%2Fb", "/100%25", "/%C3%A9"])
      expect(await judged(kind, path, path), path).toBe("ok")
  })

  it.each(httpKinds)("%s: fits for a percent sign that begins no escape", async (kind) => {
    for (const path of ["/100%25", "/100%25/x", "/%25zz", "/5%25%20off", "/%257"])
      expect(await judged(kind, path)).toBe("ok")
  })

  it.each(httpKinds)("%s: never counts for another path that is shown with an escape", async (kind) => {
    // Shown with an escape, the path was `/a%2541`, or it is one of a gateway that shows escapes.
    expect(await judged(kind, "/a%2541", "/a%41")).toBe("edge_path_decoded")
    expect(await judged(kind, "/aA", "/a%41")).toBe("edge_path_decoded")
    expect(await judged(kind, "/a/b", "/a%2Fb")).toBe("edge_path_decoded")
  })

  it.each(httpKinds)(
    "%s: refuses what no form restores, with a reason of its own if the path shows it",
    async (kind) => {
      for (const path of ["/a%7cb%5Ec", "/%C3%a9", "/a%20%41", "/a%20b%2Fc"])
        expect(await judged(kind, path), path).toBe("edge_path_decoded")
      expect(await judged(kind, "/a%FFb", "/a\ufffdb")).toBe("edge_path_decoded")
      expect(await judged(kind, "/a%ED%A0%80b", "/a\ud800b")).toBe("edge_path_decoded")
      for (const path of ["/%41", "/a%2Fb", "/%6f"])
        expect(await judged(kind, path), path).toBe("edge_signature_invalid")
      expect(await judged(kind, "/a%3Fb", "/a")).toBe("edge_signature_invalid")
    },
  )

  it.each(httpKinds)("%s: a forged signature fits no form", async (kind) => {
    for (const path of ["/a|b", "/a b", "/é", "/a:b", "/plain"]) {
      const forged = await reason(kind, { path: pathOf(kind, encodeURI(path)), key: otherKey }, alice, { path })
      expect(forged, path).toBe(/[| é]/.test(path) ? "edge_path_decoded" : "edge_signature_invalid")
    }
  })

  it("cannot bring a line of its own", async () => {
    const path = "/x\nx-edge-groups:| CN=Admins |\nx-edge-user:root"
    expect(await reason("http-2.0", { path: "/x" }, alice, { path })).toBe("edge_path_decoded")
    const escaped = path.replaceAll("\n", "%0A").replaceAll(" ", "%20")
    expect(await reason("http-2.0", { path: escaped }, alice, { path })).toBe("ok")
  })

  it("is tried in ten forms at most, whatever the path holds", async () => {
    let macs = 0
    const values = {
      has: () => true,
      mac() {
        macs++
        return Buffer.alloc(32)
      },
    }
    const check = hmacEvidence({ header: "x-s", keys: fixedSource(values), windowSeconds: 60, signed: [] })
    for (const path of ["/", "/a:b", `/${"|é%:!".repeat(300)}`, `/${"%".repeat(1500)}`]) {
      macs = 0
      const connection = {
        method: "GET",
        host: "h",
        path,
        pathIsDecoded: true as const,
        sourceIp: "",
        vpceId: "",
        clientCertPem: "",
      }
      const scanned = new Map([["x-s", signature("http-2.0", {})]])
      check({ scanned, connection, nowMs: nowSeconds * 1000 })
      expect(macs).toBeLessThanOrEqual(10)
      expect(macs).toBeGreaterThan(0)
    }
    expect(macs).toBeLessThan(5)
  })

  it("REST APIs show a path as it was sent: nothing that may stand in a request line is escaped", async () => {
    const rest = (sent: string, path: string) => reason("rest-request", { path: `/prod${sent}` }, alice, { path })
    for (const path of ["/a%7Cb", "/a%7cb", "/a|b", "/a:b", "/100%"]) expect(await rest(path, path), path).toBe("ok")
    for (const path of ["/a%7Cb", "/a%3Ab", "/a%22b", "/100%25"])
      expect(await rest(path, decodeURIComponent(path)), path).toBe("edge_signature_invalid")
    expect(await rest("/a%20b%C3%A9", "/a bé")).toBe("ok")
    expect(await rest("/a%20b%c3%a9", "/a bé")).toBe("ok")
  })
})

describe("SR-120, SR-121, SR-125: a request without evidence", () => {
  it.each(headerKinds)("of kind %s is refused, and its identity goes nowhere", async (kind) => {
    const seen: unknown[] = []
    const observer = { decision: (record: unknown) => void seen.push(record) }
    const config = edgeConfig({}, { gateway: { resultTtlSeconds: 0, unauthorized: "deny" } })
    const authorizer = await edgeAuthorizer(config, { observer })
    const spoofed = { "x-edge-user": "canary-user", "x-edge-groups": "| CN=canary-group |" }
    const event = edgeEvent(kind, { headers: spoofed })
    expect(await authorizer.decide(event)).toEqual({ outcome: "unauthenticated", reason: "edge_evidence_missing" })
    const answer = JSON.stringify(await authorizer.handler(event))
    expect(answer).not.toMatch(/canary|Allow/)
    expect(JSON.stringify(seen)).not.toContain("canary")
    expect(seen).toHaveLength(1)
  })

  it.each(headerKinds)("of kind %s is refused where nothing of the edge is there at all", async (kind) => {
    expect(await hmac.decide(edgeEvent(kind))).toMatchObject({ reason: "edge_evidence_missing" })
  })

  it.each(headerKinds)("of kind %s does not fall back on a good token when a header is there", async (kind) => {
    const both = await edgeAuthorizer(edgeConfig({}, { issuers: [oidcIssuer()] }))
    const authorization = `Bearer ${mint()}`
    expect(await both.decide(edgeEvent(kind, { authorization }))).toMatchObject({ reason: "ok" })
    for (const headers of [
      { "x-edge-user": "alice" },
      { "x-edge-user": "" },
      { "X-Edge-Groups": "| |" },
      { "x-edge-signature": "v=1" },
      { x_edge_user: "alice" },
    ]) {
      const { outcome, reason } = await both.decide(edgeEvent(kind, { authorization, headers }))
      expect([outcome, reason], JSON.stringify(headers)).toEqual(["unauthenticated", expect.stringMatching(/^edge_/)])
    }
  })

  it("SR-129: is refused whoever it says it is, and whatever it asks for", async () => {
    const headers = { "user-agent": "ELB-HealthChecker/2.0", "x-internal": "true", "x-edge-trusted": "1" }
    for (const path of ["/health", "/healthz", "/ping", "/.well-known/health"]) {
      expect(await hmac.decide(edgeEvent("http-2.0", { path, headers }))).toMatchObject({ outcome: "unauthenticated" })
    }
  })

  it("SR-125: but a signature over no user is refused: the edge let nobody in", async () => {
    const nobody = { "x-edge-user": "", "x-edge-groups": "" }
    expect(await reason("http-2.0", { headers: nobody }, {})).toBe("edge_header_missing")
    expect(await reason("http-2.0", { headers: nobody }, nobody)).toBe("edge_header_empty")
  })
})

describe("a TOKEN event where an edge is configured", () => {
  it("is unavailable: what the edge said is not in it", async () => {
    const event = edgeEvent("rest-token", { authorization: `Bearer ${mint()}` })
    const { trace, ...decision } = await hmac.decide(event, { trace: true })
    expect(decision).toEqual({ outcome: "unavailable", reason: "gateway_mismatch" })
    expect(trace?.at(-1)).toMatchObject({ stage: "gateway", ok: false })
    const both = await edgeAuthorizer(edgeConfig({}, { issuers: [oidcIssuer()] }))
    expect(await both.decide(event)).toMatchObject({ outcome: "unavailable", reason: "gateway_mismatch" })
  })
})

describe("SR-147: secrets that cannot be had", () => {
  const failing = { secrets: () => Promise.reject(new Error("canary")) }

  it("make the question undecided, never a denial, and never an answer without evidence", async () => {
    const authorizer = await edgeAuthorizer(edgeConfig(), failing)
    expect(await reason("http-2.0", {}, alice, {}, authorizer)).toBe("secrets_unavailable")
    const event = edgeEvent("http-2.0", { headers: { ...alice, "x-edge-signature": signature("http-2.0", alice) } })
    await expect(authorizer.handler(event)).rejects.toMatchObject({ name: "Unavailable", code: "secrets_unavailable" })
  })

  it("are not asked for by a request that has no evidence, or evidence of the wrong form or time", async () => {
    let asked = 0
    const cold = createAuthorizer(edgeConfig(), {
      clock,
      secrets: () => Promise.reject(new Error(String(++asked))),
    })
    for (const value of ["", "v=1", signature("http-2.0", alice, { unixSeconds: nowSeconds - 61 })]) {
      const headers = { ...alice, ...(value && { "x-edge-signature": value }) }
      expect((await cold.decide(edgeEvent("http-2.0", { headers }))).outcome).toBe("unauthenticated")
    }
    expect(asked).toBe(0)
  })

  it("that a new key id may be in are fetched once more, and then no more for the cool-down", async () => {
    let asked = 0
    let at = nowSeconds
    let current = JSON.stringify({ k9: otherKeyHex })
    const authorizer = await edgeAuthorizer(edgeConfig(), {
      clock: () => at * 1000,
      secrets: async () => {
        asked++
        return { current }
      },
    })
    expect(asked).toBe(1)
    current = (await secrets({ secretsManager: "edge/hmac" }, { timeoutMs: 1000 })).current
    at += 31 // the cool-down is counted from the last attempt
    expect(await reason("http-2.0", { unixSeconds: at }, alice, {}, authorizer)).toBe("ok")
    expect(asked).toBe(2)
    for (let i = 0; i < 20; i++) {
      const madeUp = { unixSeconds: at, keyId: `made-up-${i}` }
      expect(await reason("http-2.0", madeUp, alice, {}, authorizer)).toBe("edge_key_unknown")
    }
    expect(asked).toBe(2)
  })
})

describe("1.7: a key that can be guessed", () => {
  const vectorKey = Buffer.from(vectorKeyHex, "hex")
  const zeros = Buffer.alloc(32)
  const holding = (current: object, previous?: object) =>
    edgeAuthorizer(edgeConfig(), {
      secrets: async () => ({
        current: JSON.stringify(current),
        ...(previous && { previous: JSON.stringify(previous) }),
      }),
    })

  it.each([
    ["of zeros", zeros],
    ["of the published test vector", vectorKey],
  ])("%s verifies nothing, though a signer takes it", async (_name, weak) => {
    const signed = { key: weak, keyId: "weak" }
    const only = await holding({ weak: weak.toString("hex") })
    expect(await reason("http-2.0", signed, alice, {}, only)).toBe("secrets_unavailable")
    const among = await holding({ weak: weak.toString("hex"), [keyId]: key.toString("hex") })
    expect(await reason("http-2.0", signed, alice, {}, among)).toBe("secrets_unavailable")
    const before = await holding({ [keyId]: key.toString("hex") }, { weak: weak.toString("hex") })
    expect(await reason("http-2.0", signed, alice, {}, before)).toBe("edge_key_unknown")
    expect(await reason("http-2.0", {}, alice, {}, before)).toBe("ok")
  })
})

describe("SR-147: a key id that is not there", () => {
  it("is no reason for a denial while the secret cannot be refreshed", async () => {
    let at = nowSeconds
    let down = false
    const authorizer = await edgeAuthorizer(edgeConfig(), {
      clock: () => at * 1000,
      secrets: (...errand) => (down ? Promise.reject(new Error("down")) : secrets(...errand)),
    })
    down = true
    at += 31
    for (let i = 0; i < 2; i++) {
      expect(await reason("http-2.0", { unixSeconds: at, keyId: "k9" }, alice, {}, authorizer)).toBe(
        "secrets_unavailable",
      )
    }
    expect(await reason("http-2.0", { unixSeconds: at }, alice, {}, authorizer)).toBe("ok")
  })
})

describe("SR-169: a shared secret", () => {
  const given = async (value: string | undefined, connection: object = network): Promise<string> => {
    const headers = { ...alice, ...(value === undefined ? {} : { "x-origin-verify": value }) }
    return (await sharedSecret.decide(edgeEvent("rest-request", { headers }, connection))).reason
  }

  it("is believed in its current and in its previous value, and together with the endpoint only", async () => {
    expect(await given(secret)).toBe("ok")
    expect(await given("Previous-Horse-Battery-Staple-41")).toBe("ok")
    expect(await given(secret, {})).toBe("edge_evidence_missing")
    expect(await given(secret, { vpceId: "vpce-0a1b2c3d4e50" })).toBe("edge_network_refused")
    expect(await given(undefined)).toBe("edge_evidence_missing")
    expect(await given("")).toBe("edge_evidence_missing")
  })

  it.each([
    secret.slice(0, -1),
    `${secret}x`,
    secret.toLowerCase(),
    "undefined",
    "null",
    "x".repeat(5000),
    `${secret},${secret}`,
  ])("is not %s", async (value) => {
    expect(await given(value)).toBe("edge_secret_invalid")
  })
})

describe("8, SR-169: a shared secret that is new", () => {
  const fresh = "A-Brand-New-Shared-Secret-43"
  type Stored = { readonly current: string; readonly previous?: string }

  /** An authorizer whose clock and stored secret the test moves. */
  async function rotating(changes: Partial<Parameters<typeof edgeConfig>[1]> = {}) {
    const state = {
      at: nowSeconds,
      stored: { current: secret } as Stored,
      asked: [] as (boolean | undefined)[],
      down: false,
    }
    const entry = { vpceIds: [network.vpceId], secret: secretPart }
    const authorizer = await edgeAuthorizer(edgeConfig({ evidence: [entry] }, changes), {
      clock: () => state.at * 1000,
      secrets: async (_reference, { latest }) => {
        state.asked.push(latest)
        if (state.down) throw new Error("down")
        return state.stored
      },
    })
    const event = (value: string) =>
      edgeEvent("rest-request", { headers: { ...alice, "x-origin-verify": value } }, network)
    const given = async (value: string) => (await authorizer.decide(event(value))).reason
    return { state, given, answer: (value: string) => authorizer.handler(event(value)) }
  }

  it("is known at its first use, whatever the age of the values, and the service itself is asked", async () => {
    for (const idleSeconds of [31, 301, 960, 3601]) {
      const { state, given } = await rotating()
      state.stored = { current: fresh, previous: secret }
      state.at += idleSeconds
      expect(await given(fresh), `after ${idleSeconds} s`).toBe("ok")
      expect(await given(secret)).toBe("ok")
      expect(state.asked).toEqual([false, idleSeconds < 3601])
    }
  })

  it("made-up values cause one fetch in a cool-down, and are refused", async () => {
    const { state, given } = await rotating()
    state.at += 31
    for (let i = 0; i < 300; i++) expect(await given(`a made-up value ${i}`)).toBe("edge_secret_invalid")
    expect(state.asked).toHaveLength(2)
    state.at += 29
    expect(await given("a made-up value")).toBe("edge_secret_invalid")
    expect(state.asked).toHaveLength(2)
    state.at += 2
    expect(await given("a made-up value")).toBe("edge_secret_invalid")
    expect(state.asked).toHaveLength(3)
  })

  it("that comes during a cool-down is refused for now, and known when the cool-down is over", async () => {
    const { state, given } = await rotating()
    state.stored = { current: fresh, previous: secret }
    state.at += 10
    expect(await given(fresh)).toBe("edge_secret_invalid")
    state.at += 21
    expect(await given(fresh)).toBe("ok")
  })

  it("SR-147: a value that is not there decides nothing while the secret cannot be refreshed", async () => {
    const { state, given } = await rotating()
    state.down = true
    state.at += 31
    for (let i = 0; i < 2; i++) expect(await given(fresh)).toBe("secrets_unavailable")
    expect(await given(secret)).toBe("ok")
  })

  it("SR-147: no value decides anything while none was ever fetched", async () => {
    const { state, given } = await rotating()
    state.down = true
    state.at += 86_401
    expect(await given(fresh)).toBe("secrets_unavailable")
    expect(await given(secret)).toBe("secrets_unavailable")
  })

  it("of the environment is compared once: it stays what it is for the life of the process", async () => {
    process.env.EDGE_TEST_ORIGIN = secret
    const entry = {
      vpceIds: [network.vpceId],
      secret: { header: "x-origin-verify", values: { env: "EDGE_TEST_ORIGIN" } },
    }
    const { decide } = createAuthorizer(edgeConfig({ evidence: [entry] }), { clock })
    delete process.env.EDGE_TEST_ORIGIN
    for (const [value, expected] of [
      [secret, "ok"],
      [fresh, "edge_secret_invalid"],
    ]) {
      const event = edgeEvent("rest-request", { headers: { ...alice, "x-origin-verify": value } }, network)
      expect((await decide(event)).reason).toBe(expected)
    }
  })

  it("2.3: is refused by a value that no kept answer may hold, because it may be stored a moment later", async () => {
    const refusedWith = (source: Source<SharedSecrets>) =>
      secretEvidence(
        "x-s",
        source,
      )({
        scanned: new Map([["x-s", fresh]]),
        connection: edgeConnection,
        nowMs: nowSeconds * 1000,
      })
    const values = { matches: () => false }
    const cooling: Source<SharedSecrets> = { ...fixedSource(values), isFixed: false }
    const asked = { ...cooling, forced: () => Promise.resolve(values) }
    for (const source of [cooling, asked, fixedSource<SharedSecrets>(values)])
      expect(await refusedWith(source)).toBe(refusal("edge_secret_invalid"))
    expect(refusal("edge_secret_invalid")).toHaveProperty("ifKept")
    const failing = { ...cooling, inDoubt: true }
    for (const source of [failing, { ...failing, forced: () => Promise.resolve(undefined) }])
      expect(await refusedWith(source)).toBe(refusal("secrets_unavailable"))
  })
})
