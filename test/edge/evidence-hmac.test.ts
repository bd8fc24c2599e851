import { describe, expect, it } from "vitest"
import { edgeV1Signature, edgeV1Text, signEdgeRequest } from "../../src/edge.ts"
import { keyId, vectorKeyHex } from "../support/edge.ts"

const key = Buffer.from(vectorKeyHex, "hex")

/** The vector of the scheme's specification; made with another implementation (OpenSSL). */
const vector = {
  keyId: "k1",
  unixSeconds: 1_767_225_600,
  method: "GET",
  host: "api.example.com",
  path: "/orders?limit=10",
  headers: {
    "x-edge-groups": "| CN=Ops,OU=G,DC=corp,DC=example | 0x436f6d707465735fc3a964697465757273 |",
    "x-edge-user": "alice",
  },
}
const vectorText =
  "edge-v1\nk1\n1767225600\nGET\napi.example.com\n/orders?limit=10\n" +
  "x-edge-groups:| CN=Ops,OU=G,DC=corp,DC=example | 0x436f6d707465735fc3a964697465757273 |\n" +
  "x-edge-user:alice"
const vectorBase64 = "iQYHtzc9BrtK3XjlMrebWlc+1cuP8oYPbXvq5Bx+eGk="
const vectorHex = "890607b7373d06bb4add78e532b79b5a573ed5cb8ff2860f6d7beae41c7e7869"

describe("SR-130: the edge-v1 signature", () => {
  it("agrees with the test vector byte for byte", () => {
    expect(edgeV1Text(vector)).toBe(vectorText)
    expect(edgeV1Signature(key, vectorText)).toBe(vectorBase64)
    expect(Buffer.from(vectorBase64, "base64").toString("hex")).toBe(vectorHex)
    expect(signEdgeRequest({ ...vector, key })).toBe(`v=1; kid=k1; ts=1767225600; sig=${vectorBase64}`)
  })

  it("does not depend on the order or the case of header names, the case of host and method, or outer blanks", () => {
    const { method, host, headers, ...rest } = vector
    const spelled = { "X-Edge-User": "  alice ", "X-EDGE-Groups": ` ${headers["x-edge-groups"]}  ` }
    expect(edgeV1Text({ ...rest, method: "get", host: "API.Example.COM", headers: spelled })).toBe(vectorText)
  })

  it("holds a line for a header that is not sent, so that nobody can drop it", () => {
    const text = edgeV1Text({ ...vector, headers: { "x-edge-user": "alice", "x-edge-groups": "" } })
    expect(text.split("\n").slice(6)).toEqual(["x-edge-groups:", "x-edge-user:alice"])
  })

  it.each([
    ["a line break in a value", { headers: { "x-edge-user": "alice\nx-edge-groups:admins" } }],
    ["a carriage return in a value", { headers: { "x-edge-user": "alice\r" } }],
    ["a character outside ASCII", { headers: { "x-edge-user": "ålice" } }],
    ["a value that is no text", { headers: { "x-edge-user": 7 as unknown as string } }],
    ["a header twice, in two spellings", { headers: { "x-edge-user": "alice", "X-Edge-User": "bob" } }],
    ["a colon in a name", { headers: { "x-edge-user:x": "alice" } }],
    ["an empty name", { headers: { "": "alice" } }],
    ["a line break in the path", { path: "/orders\n" }],
    ["a blank in the path", { path: "/a b" }],
    ["a path without its slash", { path: "orders" }],
    ["a line break in the host", { host: "api\n" }],
    ["an empty host", { host: "" }],
    ["a method that is none", { method: "GE T" }],
    ["a key id with a semicolon", { keyId: "a; ts=1" }],
    ["an empty key id", { keyId: "" }],
    ["fractions of seconds", { unixSeconds: 1.5 }],
    ["milliseconds", { unixSeconds: 1_767_225_600_000 }],
    ["no time", { unixSeconds: Number.NaN }],
  ])("is not made of %s", (_name, changes) => {
    expect(() => signEdgeRequest({ ...vector, key, ...changes })).toThrow(TypeError)
  })

  it("SR-163: says nothing of the value that it does not take", () => {
    const canary = { headers: { "x-edge-user": "canary\n" }, keyId }
    expect(() => edgeV1Text({ ...vector, ...canary })).toThrow(/^(?!.*canary)/)
  })
})
