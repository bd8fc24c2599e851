import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { describe, expect, it, vi } from "vitest"
import { createLoadBalancerVerifier, type ReceivedRequest } from "../../src/aws.ts"
import { ConfigurationError } from "../../src/index.ts"
import { testKey } from "../support/keys.ts"
import {
  client,
  dataHeader,
  dataToken,
  goodClaims,
  inventedKid,
  issuer,
  keyUrl,
  kid,
  nowSeconds,
  padded,
  pem,
  signer,
  world,
} from "./load-balancer-world.ts"
import { recorded } from "./recorded.ts"

// 18, section 8, "ALB, AppSync, …": one recorded event in, the exact identity out; padded segments, a wrong signer.

const identity = {
  ...{ subject: goodClaims.sub, issuer, client, signer, expiresAt: nowSeconds + 120, claims: goodClaims },
}
const sent = (token: string): { [name: string]: string } => ({ [dataHeader]: token })

describe("18: ALB, a recorded event with the header of a load balancer", () => {
  const event = recorded("powertools-py__albMultiValueHeadersEvent") as { multiValueHeaders: object }
  const token = dataToken()
  const withToken = { ...event, multiValueHeaders: { ...event.multiValueHeaders, [dataHeader]: [token] } }

  it("has the identity of the user", async () => {
    const { verifier, asked } = world({ client, issuer })
    expect(token.split(".").map((segment) => segment.length % 4)).toEqual([0, 0, 0])
    expect(token).toMatch(/=\.|==$/)
    const verified = await verifier.verify(withToken)
    expect(verified).toEqual(identity)
    expect(asked).toEqual([keyUrl])
    expect([verified, verified.claims].every(Object.isFrozen)).toBe(true)
  })

  it("without the header, and with x-amzn-oidc-identity alone, proves nothing", async () => {
    const { outcome, asked } = world()
    expect(await outcome(event)).toBe("TokenRefused credential_missing")
    const others = { "x-amzn-oidc-identity": goodClaims.sub, "x-amzn-oidc-accesstoken": token }
    expect(await outcome({ headers: others })).toBe("TokenRefused credential_missing")
    expect(asked).toEqual([])
  })

  it.each([
    ["a map of headers", { "X-Amzn-Oidc-Data": token }],
    ["single values of an event", { headers: sent(token) }],
    ["both maps of an event", { headers: sent(token), multiValueHeaders: { [dataHeader]: [token] } }],
    ["raw headers", { rawHeaders: ["Host", "a", "X-Amzn-Oidc-Data", token], headers: sent("else") }],
    ["the headers of a request without raw ones", { rawHeaders: [], headers: sent(token) }],
    ["a request of the Fetch standard", new Request("https://a.example", { headers: sent(token) })],
    ["headers of the Fetch standard", new Headers(sent(token))],
  ])("is the same in %s", async (_form, received) => {
    expect(await world().verifier.verify(received as ReceivedRequest)).toEqual(identity)
  })

  it("is the same in headers of the Fetch standard", async () => {
    const headers = new Headers({ "X-Amzn-Oidc-Data": dataToken() })
    expect((await world().verifier.verify(headers)).subject).toBe(goodClaims.sub)
    headers.append("x-amzn-oidc-data", "x")
    await expect(world().verifier.verify(headers)).rejects.toMatchObject({ name: "TokenRefused" })
  })

  it("is the same in a request of node:http", async () => {
    const { verifier } = world()
    const server = createServer(async (request, response) => {
      response.end(JSON.stringify(await verifier.verify(request)))
    })
    await once(server.listen(0, "127.0.0.1"), "listening")
    const { port } = server.address() as AddressInfo
    const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: sent(token) })
    expect(await answer.json()).toEqual(identity)
    server.close()
  })

  it("is verified by another implementation of ES256 over the same text", async () => {
    const { subtle } = globalThis.crypto
    const key = await subtle.importKey(
      "jwk",
      testKey("p256", "alb").jwk as object,
      { name: "ECDSA", namedCurve: "P-256" },
      false,
      ["verify"],
    )
    const [head = "", payload = "", signature = ""] = token.split(".")
    const octets = Buffer.from(signature, "base64")
    const good = await subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, octets, Buffer.from(`${head}.${payload}`))
    expect(good).toBe(true)
  })
})

describe("18: ALB, another signer", () => {
  it.each([
    ["another load balancer of the account", signer.replace("/orders/", "/other/")],
    ["the same name in another account", signer.replace("123456789012", "210987654321")],
    ["another id", `${signer.slice(0, -1)}9`],
    ["a longer one", `${signer}0`],
    ["a shorter one", signer.slice(0, -1)],
    ["other capitals", signer.replace("orders", "Orders")],
    ["a blank", `${signer} `],
    ["none", undefined],
    ["a list", [signer]],
    ["a number", 7],
  ])("%s is refused before any fetch", async (_what, other) => {
    const { outcome, asked } = world()
    expect(await outcome(sent(dataToken({ header: { signer: other } })))).toBe("TokenRefused issuer_unknown")
    expect(asked).toEqual([])
  })
})

describe("18: ALB, the address of the keys", () => {
  it.each([
    ["us-east-1", "arn:aws", "https://public-keys.auth.elb.us-east-1.amazonaws.com/"],
    ["ap-southeast-2", "arn:aws", "https://public-keys.auth.elb.ap-southeast-2.amazonaws.com/"],
    [
      "us-gov-west-1",
      "arn:aws-us-gov",
      "https://s3-us-gov-west-1.amazonaws.com/aws-elb-public-keys-prod-us-gov-west-1/",
    ],
    [
      "us-gov-east-1",
      "arn:aws-us-gov",
      "https://s3-us-gov-east-1.amazonaws.com/aws-elb-public-keys-prod-us-gov-east-1/",
    ],
  ])("of %s is the documented one", async (region, partition, address) => {
    const other = signer.replace("eu-west-1", region).replace("arn:aws", partition)
    const { outcome, asked } = world({ signers: [signer, other] })
    expect(await outcome(sent(dataToken({ header: { signer: other } })))).toBe("TokenRefused key_unknown")
    expect(asked).toEqual([address + kid])
  })
})

describe("18: ALB, what the token says", () => {
  const other = testKey("p256", "other").privateKey
  const p384 = testKey("p384", "alb").publicKey
  it.each([
    ["another key", { key: other }, "signature_invalid"],
    ["an end in the past", { header: { exp: nowSeconds - 6 } }, "token_expired"],
    ["no end", { header: { exp: undefined } }, "expiry_invalid"],
    ["an end in words", { header: { exp: `${nowSeconds + 60}` } }, "expiry_invalid"],
    ["an end in milliseconds", { header: { exp: nowSeconds * 1000 } }, "expiry_invalid"],
    ["another issuer", { header: { iss: `${issuer}/` } }, "issuer_unknown"],
    ["another issuer in the claims", { claims: { iss: `${issuer}/` } }, "issuer_unknown"],
    ["an end in the past in the claims", { claims: { exp: nowSeconds - 6 } }, "token_expired"],
    ["an end in words in the claims", { claims: { exp: "never" } }, "expiry_invalid"],
    ["another client", { header: { client: "other" } }, "audience_mismatch"],
    ["a list of clients", { header: { client: [client] } }, "audience_mismatch"],
    ["no subject", { claims: { sub: undefined } }, "subject_invalid"],
    ["an empty subject", { claims: { sub: "" } }, "subject_invalid"],
    ["a list as the subject", { claims: { sub: ["ann"] } }, "subject_invalid"],
    ["claims that are a list", { claims: "[]" }, "claims_invalid"],
    ["a claim twice", { claims: '{"sub":"ann","sub":"eve"}' }, "claims_invalid"],
    ["a claim twice, once escaped", { claims: '{"sub":"ann","s\\u0075b":"eve"}' }, "claims_invalid"],
    ["claims too deep", { claims: `{"sub":"ann","a":${"[".repeat(99)}${"]".repeat(99)}}` }, "claims_invalid"],
  ])("is refused with %s", async (_what, changes, code) => {
    expect(await world({ client, issuer }).outcome(sent(dataToken(changes)))).toBe(`TokenRefused ${code}`)
  })

  it("is refused if the time over which the key is fetched ends it", async () => {
    const made = world()
    const { answer } = made
    made.answer = (url, limits) => {
      made.now += 600_000
      return answer(url, limits)
    }
    expect(await made.outcome(sent(dataToken()))).toBe("TokenRefused token_expired")
  })

  it("has a tolerance of five seconds, and the configured one", async () => {
    expect(await world().outcome(sent(dataToken({ header: { exp: nowSeconds - 4 } })))).toBe("ok")
    const exact = world({ clockToleranceSeconds: 0 })
    expect(await exact.outcome(sent(dataToken({ header: { exp: nowSeconds } })))).toBe("TokenRefused token_expired")
  })

  it("may name any of several clients and issuers, and any one if none is configured", async () => {
    const plain = dataToken({ claims: '{"sub":"ann"}' })
    expect(await world({ client, issuer }).outcome(sent(plain))).toBe("ok")
    const several = world({ client: ["other", client], issuer: ["https://other.example", issuer] })
    expect(await several.outcome(sent(dataToken()))).toBe("ok")
    expect(await world().outcome(sent(dataToken({ header: { client: "x", iss: "x" }, claims: { iss: "x" } })))).toBe(
      "ok",
    )
  })

  it.each([
    ["P-384", pem(p384)],
    ["RSA", pem(testKey("rsa").publicKey)],
    ["Ed25519", pem(testKey("ed25519").publicKey)],
    ["private", testKey("p256", "alb").privateKey.export({ type: "pkcs8", format: "pem" }).toString()],
    ["two", pem() + pem()],
    ["a certificate's", pem().replaceAll("PUBLIC KEY", "CERTIFICATE")],
    ["no", "<html>"],
    ["an empty", ""],
    ["a huge", pem() + " ".repeat(9000)],
  ])("finds no key in a document with %s key", async (_what, body) => {
    const made = world()
    made.answer = async () => ({ status: 200, headers: {}, body })
    expect(await made.outcome(sent(dataToken()))).toBe("Unavailable keys_unavailable")
  })

  it.each([301, 302, 429, 500, 503])("is undecided if the address answers %s", async (status) => {
    const made = world()
    made.answer = async () => ({ status, headers: { location: "https://attacker.example" }, body: pem() })
    expect(await made.outcome(sent(dataToken()))).toBe("Unavailable keys_unavailable")
    expect(made.asked).toEqual([keyUrl])
  })
})

/** A token that lives for longer than a load balancer's does. */
function lasting(seconds: number): string {
  const exp = nowSeconds + seconds
  return dataToken({ header: { exp }, claims: { exp } })
}

describe("18: ALB, fetches of keys", () => {
  const token = dataToken()

  it("are one for each key, shared by requests at once, with limits", async () => {
    const made = world({ keys: { timeoutMs: 1000 } })
    const { answer } = made
    const limits: unknown[] = []
    made.answer = (url, given) => {
      limits.push(given)
      return answer(url, given)
    }
    expect(await Promise.all(Array.from({ length: 20 }, () => made.outcome(sent(token))))).toEqual(Array(20).fill("ok"))
    expect(await made.outcome(sent(token))).toBe("ok")
    expect(made.asked).toEqual([keyUrl])
    expect(limits).toEqual([{ timeoutMs: 1000, maxBytes: 8192, allowHttpLoopback: false, headers: { accept: "*/*" } }])
  })

  it("end at the deadline, also if the network never answers", async () => {
    const made = world({ keys: { timeoutMs: 100 } })
    made.answer = () => new Promise(() => undefined)
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] })
    const outcome = made.outcome(sent(token))
    await vi.advanceTimersByTimeAsync(100)
    expect(await outcome).toBe("Unavailable keys_unavailable")
    vi.useRealTimers()
  })

  it("are not repeated for a key id that has no key, before the cool-down ends", async () => {
    const made = world({ keys: { cooldownSeconds: 30 } })
    const unknown = sent(dataToken({ header: { kid: inventedKid(1) } }))
    for (let round = 0; round < 50; round++) expect(await made.outcome(unknown)).toBe("TokenRefused key_unknown")
    expect(made.asked).toHaveLength(1)
    made.now += 29_999
    await made.outcome(unknown)
    expect(made.asked).toHaveLength(1)
    made.now += 2
    await made.outcome(unknown)
    expect(made.asked).toHaveLength(2)
  })

  it("are a few per cool-down for invented key ids, and a known key goes on", async () => {
    const made = world({ keys: { cooldownSeconds: 30, maxFetches: 5 } })
    expect(await made.outcome(sent(token))).toBe("ok")
    const outcomes = new Set<string>()
    for (let number = 0; number < 2000; number++)
      outcomes.add(await made.outcome(sent(dataToken({ header: { kid: inventedKid(number) } }))))
    expect([...outcomes]).toEqual(["TokenRefused key_unknown", "Unavailable keys_unavailable"])
    expect(made.asked).toHaveLength(5)
    expect(await made.outcome(sent(token))).toBe("ok")
    made.now -= 600_000 // a clock that jumps back ends no cool-down
    await made.outcome(sent(dataToken({ header: { kid: inventedKid(3000) } })))
    expect(made.asked).toHaveLength(5)
    made.now += 30_000
    await made.outcome(sent(dataToken({ header: { kid: inventedKid(3001) } })))
    expect(made.asked).toHaveLength(6)
  })

  it.each([
    ["another client", { client: "other" }, "audience_mismatch"],
    ["another issuer", { iss: "https://other.example" }, "issuer_unknown"],
    ["an end in the past", { exp: nowSeconds - 6 }, "token_expired"],
    ["an end in words", { exp: "never" }, "expiry_invalid"],
  ])("are not made for %s, so a new target gets its key although a client invents ids", async (_what, header, code) => {
    const made = world({ client, issuer })
    for (let number = 0; number < 20; number++)
      expect(await made.outcome(sent(dataToken({ header: { ...header, kid: inventedKid(number) } })))).toBe(
        `TokenRefused ${code}`,
      )
    expect(made.asked).toEqual([])
    expect(await made.outcome(sent(token))).toBe("ok")
  })

  it("leave the key in use where other keys of the Region are named, more than are kept", async () => {
    const made = world({ keys: { maxFetches: 1000 } })
    made.answer = async () => ({ status: 200, headers: {}, body: pem() })
    for (let number = 0; number < 100; number++) {
      expect(await made.outcome(sent(token))).toBe("ok")
      await made.outcome(sent(dataToken({ header: { kid: inventedKid(number) } })))
    }
    expect(made.asked.filter((url) => url === keyUrl)).toHaveLength(1)
    await made.outcome(sent(dataToken({ header: { kid: inventedKid(0) } })))
    expect(made.asked).toHaveLength(102)
  })

  it("are bounded as well if every one of them fails", async () => {
    const made = world({ keys: { maxFetches: 3 } })
    made.answer = () => Promise.reject(new Error("down"))
    for (let round = 0; round < 20; round++) expect(await made.outcome(sent(token))).toMatch(/keys_unavailable$/)
    expect(made.asked).toHaveLength(3)
    made.answer = world().answer
    made.now += 30_000
    expect(await made.outcome(sent(token))).toBe("ok")
  })

  it("renew a key after an hour while it is used, and a withdrawn key ends until it is there again", async () => {
    const made = world()
    const long = sent(lasting(90_000))
    await made.outcome(long)
    made.now += 3_601_000
    expect(await made.outcome(long)).toBe("ok")
    await new Promise((resolve) => setImmediate(resolve))
    expect(made.asked).toHaveLength(2)
    made.answer = async () => ({ status: 404, headers: {}, body: "" })
    made.now += 3_601_000
    expect(await made.outcome(long)).toBe("ok")
    await new Promise((resolve) => setImmediate(resolve))
    expect(await made.outcome(long)).toBe("TokenRefused key_unknown")
    made.answer = world().answer
    expect(await made.outcome(long)).toBe("TokenRefused key_unknown")
    made.now += 30_000
    expect(await made.outcome(long)).toBe("ok")
  })

  it("keep a key for a day if it cannot be renewed, and no longer", async () => {
    const made = world()
    const long = sent(lasting(900_000))
    await made.outcome(long)
    made.answer = () => Promise.reject(new Error("down"))
    made.now += 86_399_000
    expect(await made.outcome(long)).toBe("ok")
    made.now += 2_000
    expect(await made.outcome(long)).toBe("Unavailable keys_unavailable")
  })
})

describe("18: ALB, options", () => {
  const problemsOf = (options: unknown): readonly string[] => {
    try {
      createLoadBalancerVerifier(options as { signers: readonly string[] })
      return []
    } catch (error) {
      return (error as ConfigurationError).problems.map(({ path, message }) => `${path} ${message}`)
    }
  }

  it("are all checked at once, with path and remedy", () => {
    const wrong = {
      signers: [
        signer,
        "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/orders/50dc6c495c0c9188",
        7,
      ],
      client: [],
      issuer: 7,
      clockToleranceSeconds: 301,
      keys: { timeoutMs: 0, maxFetch: 1 },
      audience: "x",
    }
    const found = problemsOf(wrong)
    expect(found.map((text) => text.split(" ")[0])).toEqual([
      ...["audience", "signers[1]", "signers[2]", "client", "issuer", "clockToleranceSeconds"],
      ...["keys.maxFetch", "keys.timeoutMs"],
    ])
    expect(found[1]).toContain("must be the ARN of an Application Load Balancer, for example arn:aws:")
    expect(() => createLoadBalancerVerifier(wrong as never)).toThrow(ConfigurationError)
  })

  it.each([
    ["nothing", undefined],
    ["a list", [signer]],
    ["no signers", {}],
    ["an empty list of signers", { signers: [] }],
    ["a text", { signers: signer }],
    ["a wildcard", { signers: [signer.replace("orders", "*")] }],
    ["a Region with a slash", { signers: [signer.replace("eu-west-1", "eu-west-1/a")] }],
    ["a host in the Region", { signers: [signer.replace("eu-west-1", "eu-west-1.attacker.example")] }],
    ["a line break at the end", { signers: [`${signer}\n`] }],
    ["China", { signers: [signer.replace("arn:aws:", "arn:aws-cn:").replace("eu-west-1", "cn-north-1")] }],
    ["a Region of another partition", { signers: [signer.replace("eu-west-1", "us-gov-west-1")] }],
    ["a GovCloud that does not exist", { signers: [signer.replace("arn:aws:", "arn:aws-us-gov:")] }],
    ["keys that expire before they are renewed", { signers: [signer], keys: { expireAfterSeconds: 60 } }],
  ])("that are %s are refused", (_what, options) => {
    expect(problemsOf(options)).toHaveLength(1)
  })

  it("are read once", async () => {
    const signers = [signer]
    const made = world({ signers })
    signers[0] = signer.replace("orders", "other")
    expect(await made.outcome(sent(dataToken()))).toBe("ok")
    expect(padded("a")).toBe("YQ==")
  })
})
