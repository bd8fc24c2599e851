import { createServer } from "node:http"
import { type AddressInfo, connect, type Socket } from "node:net"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest"
import { createVerifier, type KeyFetchRecord } from "../../src/verify.ts"
import { oidcIssuer } from "../support/config.ts"
import { startTimers, stopTimers } from "../support/deadlines.ts"
import { type KeyServer, startKeyServer } from "../support/key-server.ts"
import { testKey } from "../support/keys.ts"
import { clock, mint } from "../support/mint.ts"

beforeAll(stopTimers)
afterAll(startTimers)

/** A proxy on loopback that understands CONNECT, and what was asked of it. */
async function startProxy(refuses?: string) {
  const asked: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer()
  server.on("connect", (request, client: Socket, head: Buffer) => {
    asked.push(request.url ?? "")
    sockets.add(client)
    client.on("error", () => undefined)
    if (refuses !== undefined) {
      client.end(refuses)
      return
    }
    const [host, port] = (request.url ?? "").split(":")
    const target = connect(Number(port), host, () => {
      client.write("HTTP/1.1 200 Connection Established\r\n\r\n")
      target.write(head)
      target.pipe(client).pipe(target)
    })
    sockets.add(target)
    target.on("error", () => client.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = (): void => {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
  return { url, asked, close }
}

describe("the proxy variables of the environment", () => {
  let keyServer: KeyServer
  let proxy: Awaited<ReturnType<typeof startProxy>>

  beforeEach(async () => {
    keyServer = await startKeyServer({
      respond: ({ response }) => response.end(JSON.stringify({ keys: [testKey().jwk] })),
    })
    proxy = await startProxy()
    for (const name of ["https_proxy", "http_proxy", "all_proxy", "no_proxy"]) {
      vi.stubEnv(name, undefined)
      vi.stubEnv(name.toUpperCase(), undefined)
    }
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    keyServer.close()
    proxy.close()
  })

  const result = (ca: string | undefined = keyServer.ca): Promise<string> => {
    const { jwks: _inline, ...issuer } = oidcIssuer({ jwksUri: `${keyServer.origin}/keys` })
    const keys = ca === "" ? {} : { ca }
    return createVerifier({ issuers: [issuer], keys }, { clock })
      .verify(mint())
      .then(
        () => "ok",
        (error: { code: string }) => error.code,
      )
  }
  const host = (): string => keyServer.origin.slice("https://".length)

  it.each(["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])(
    "%s is used, and the certificate is checked through it",
    async (name) => {
      vi.stubEnv(name, proxy.url)
      expect(await result()).toBe("ok")
      expect(proxy.asked).toEqual([host()])
      expect(await result("")).toBe("keys_unavailable")
    },
  )

  it("NO_PROXY is honoured, and without a variable there is none", async () => {
    expect(await result()).toBe("ok")
    vi.stubEnv("HTTPS_PROXY", proxy.url)
    vi.stubEnv("NO_PROXY", "127.0.0.1")
    expect(await result()).toBe("ok")
    expect(proxy.asked).toEqual([])
  })

  const good = JSON.stringify({ keys: [testKey().jwk] })
  it.each([
    "HTTP/1.1  200 OK", // the blank makes the status unreadable for the agent, and not for every parser
    "HTTP/1.1 201 Created",
    "HTTP/1.1 304 Not Modified",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK", // for the agent a refusal, for the parser an answer of status 200
    "HTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\nHTTP/1.1 200 OK",
  ])("what a proxy answers in the place of the issuer is not believed: %j", async (status) => {
    const lying = await startProxy(`${status}\r\ncontent-length: ${good.length}\r\n\r\n${good}`)
    vi.stubEnv("HTTPS_PROXY", lying.url)
    expect(await result()).toBe("keys_unavailable")
    expect(keyServer.requests).toHaveLength(0)
    lying.close()
  })

  it("part 6: discovery does not lead a proxy to a metadata service", async () => {
    const metadata = { issuer: oidcIssuer().issuer, jwks_uri: "https://metadata.google.internal/keys" }
    const { jwks: _inline, ...issuer } = oidcIssuer()
    const { fetchDocument } = await import("../../src/keys/fetch.ts")
    vi.stubEnv("HTTPS_PROXY", proxy.url)
    const records: KeyFetchRecord[] = []
    const verifier = createVerifier(
      { issuers: [issuer] },
      {
        clock,
        observer: { keyFetch: (record) => void records.push(record) },
        // The document comes from here, what it names is asked for over the real network code.
        fetchKeySet: async (url, limits) =>
          url.endsWith("/openid-configuration")
            ? { status: 200, headers: {}, body: JSON.stringify(metadata) }
            : fetchDocument(url, limits),
      },
    )
    await expect(verifier.verify(mint())).rejects.toMatchObject({ code: "keys_unavailable" })
    expect(records).toMatchObject([{ ok: false, failure: "url_refused" }])
    expect(proxy.asked).toEqual([])
  })

  it.each([
    ["refuses", "HTTP/1.1 403 Forbidden\r\n\r\n"],
    ["ends the connection", ""],
    ["speaks something else", "220 mail.example ESMTP\r\n"],
  ])("15.4: a proxy that %s is a failure of the network with the proxy's address, and no fault", async (_, answer) => {
    const refusing = await startProxy(answer)
    vi.stubEnv("HTTPS_PROXY", refusing.url)
    const records: KeyFetchRecord[] = []
    const faults: unknown[] = []
    const observer = {
      keyFetch: (record: KeyFetchRecord) => void records.push(record),
      fault: (error: unknown) => void faults.push(error),
    }
    const { jwks: _inline, ...issuer } = oidcIssuer({ jwksUri: `${keyServer.origin}/keys` })
    const verifier = createVerifier({ issuers: [issuer], keys: { ca: keyServer.ca } }, { clock, observer })
    await expect(verifier.verify(mint())).rejects.toMatchObject({ code: "keys_unavailable" })
    const [record] = records
    expect(record).toMatchObject({ ok: false, failure: "network", proxy: refusing.url.replace("http://", "") })
    expect(faults).toEqual([])
    refusing.close()
  })

  it("a proxy that refuses makes the keys unavailable, and is not gone around", async () => {
    const refusing = await startProxy("HTTP/1.1 403 Forbidden\r\n\r\n")
    vi.stubEnv("HTTPS_PROXY", refusing.url)
    expect(await result()).toBe("keys_unavailable")
    expect(refusing.asked.length).toBeGreaterThan(0)
    expect(keyServer.requests).toHaveLength(0)
    refusing.close()
  })
})
