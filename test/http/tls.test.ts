import { once } from "node:events"
import { request } from "node:https"
import { connect } from "node:net"
import * as grpc from "@grpc/grpc-js"
import { generate } from "selfsigned"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type AuthorizationServer, createAuthorizationServer } from "../../src/http.ts"
import { sendRaw } from "../support/raw-http.ts"
import { checkRequest, envoyClient } from "./envoy.ts"
import { bearer, clock, config } from "./world.ts"

// 18-2: TLS and mutual TLS by option, for both ports.

type Pair = { readonly private: string; readonly cert: string }
const dayMs = 86_400_000

async function issue(name: string, issuer: Pair | undefined, purpose: "serverAuth" | "clientAuth"): Promise<Pair> {
  const leaf = [
    { name: "basicConstraints" as const, cA: false, critical: true },
    { name: "extKeyUsage" as const, [purpose]: true },
    { name: "subjectAltName" as const, altNames: [{ type: 7 as const, ip: "127.0.0.1" }] },
  ]
  const authority = [
    { name: "basicConstraints" as const, cA: true, critical: true },
    { name: "keyUsage" as const, keyCertSign: true, critical: true },
  ]
  return await generate([{ name: "commonName", value: name }], {
    keyType: "ec",
    algorithm: "sha256",
    notBeforeDate: new Date(Date.now() - dayMs),
    notAfterDate: new Date(Date.now() + dayMs),
    extensions: issuer === undefined ? authority : leaf,
    ...(issuer && { ca: { key: issuer.private, cert: issuer.cert } }),
  })
}

let ca: Pair
let server: Pair
let client: Pair
let stranger: Pair
let plain: AuthorizationServer
let mutual: AuthorizationServer
beforeAll(async () => {
  ca = await issue("Authority", undefined, "serverAuth")
  const other = await issue("Authority", undefined, "serverAuth")
  server = await issue("hallpass", ca, "serverAuth")
  client = await issue("nginx", ca, "clientAuth")
  stranger = await issue("nginx", other, "clientAuth")
  const tls = { cert: server.cert, key: server.private }
  const options = { dialect: "envoy", port: 0, grpcPort: 0, closeTimeoutMs: 0 } as const
  plain = await createAuthorizationServer(config, { ...options, tls }, { clock })
  mutual = await createAuthorizationServer(config, { ...options, tls: { ...tls, clientCa: ca.cert } }, { clock })
})
afterAll(async () => {
  await plain?.close()
  await mutual?.close()
})

function ask(service: AuthorizationServer, own: Pair | undefined, more: object = {}): Promise<number | string> {
  return new Promise((resolve) => {
    const mine = own && { cert: own.cert, key: own.private }
    const options = {
      ca: ca.cert,
      ...mine,
      headers: { authorization: bearer("reader") },
      agent: false as const,
      ...more,
    }
    request(`${service.url}/orders/7`, options, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
      .on("error", ({ code, message }: NodeJS.ErrnoException) => resolve(code ?? message))
      .end()
  })
}

async function check(service: AuthorizationServer, own: Pair | undefined): Promise<number | string> {
  const pair = own === undefined ? [] : [Buffer.from(own.private), Buffer.from(own.cert)]
  const envoy = envoyClient(service.grpcUrl ?? "", grpc.credentials.createSsl(Buffer.from(ca.cert), ...pair))
  try {
    return (await envoy.check(checkRequest("GET", "/orders/7", { authorization: bearer("reader") }))).status.code
  } catch (error) {
    return grpc.status[(error as grpc.ServiceError).code] ?? ""
  } finally {
    envoy.close()
  }
}

describe("18-2: TLS", () => {
  it("serves over HTTPS and gRPC, and plain text gets nowhere", async () => {
    expect(plain.url).toMatch(/^https:/)
    expect(await ask(plain, undefined)).toBe(200)
    expect(await check(plain, undefined)).toBe(0)
    const lines = ["GET /orders/7 HTTP/1.1", "Host: a", "Connection: close", `Authorization: ${bearer("reader")}`]
    expect((await sendRaw(Number(new URL(plain.url).port), lines)).status).not.toBe(200)
    expect((await sendRaw(Number(new URL(plain.grpcUrl ?? "").port), lines)).status).toBeNaN()
    expect(await check(plain, undefined)).toBe(0)
  })

  it("takes TLS 1.2 and newer", async () => {
    expect(await ask(plain, undefined, { minVersion: "TLSv1.2", maxVersion: "TLSv1.2" })).toBe(200)
    const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" }
    expect(await ask(plain, undefined, old)).not.toBe(200)
  })

  it("close ends a handshake that does not go on, on both ports", async () => {
    const tls = { cert: server.cert, key: server.private }
    const options = { dialect: "envoy", port: 0, grpcPort: 0, closeTimeoutMs: 0, tls } as const
    const service = await createAuthorizationServer(config, options, { clock })
    const quiet = [service.url, service.grpcUrl ?? ""].map((url) => connect(Number(new URL(url).port), "127.0.0.1"))
    await Promise.all(quiet.map((socket) => once(socket, "connect")))
    const ended = quiet.map((socket) => once(socket.resume(), "close"))
    expect(await check(service, undefined)).toBe(0)
    await service.close()
    await Promise.all(ended)
  })

  it("mutual: only neighbours with a certificate of the authority are served", async () => {
    expect(await ask(mutual, client)).toBe(200)
    expect(await ask(mutual, undefined)).not.toBe(200)
    expect(await ask(mutual, stranger)).not.toBe(200)
    expect(await check(mutual, client)).toBe(0)
    expect(await check(mutual, undefined)).toBe("UNAVAILABLE")
    expect(await check(mutual, stranger)).toBe("UNAVAILABLE")
  })
})
