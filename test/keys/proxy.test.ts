import { createServer } from "node:http"
import { type AddressInfo, connect, type Socket } from "node:net"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { createVerifier } from "../../src/verify.ts"
import { oidcIssuer } from "../support/config.ts"
import { type KeyServer, startKeyServer } from "../support/key-server.ts"
import { testKey } from "../support/keys.ts"
import { clock, mint } from "../support/mint.ts"

/** A proxy on loopback that understands CONNECT, and what was asked of it. */
async function startProxy(refuses = false) {
  const asked: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer()
  server.on("connect", (request, client: Socket, head: Buffer) => {
    asked.push(request.url ?? "")
    sockets.add(client)
    client.on("error", () => undefined)
    if (refuses) {
      client.end("HTTP/1.1 403 Forbidden\r\n\r\n")
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
    const keys = { timeoutMs: 2000, ...(ca === "" ? {} : { ca }) }
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

  it("a proxy that refuses makes the keys unavailable, and is not gone around", async () => {
    const refusing = await startProxy(true)
    vi.stubEnv("HTTPS_PROXY", refusing.url)
    expect(await result()).toBe("keys_unavailable")
    expect(refusing.asked.length).toBeGreaterThan(0)
    expect(keyServer.requests).toHaveLength(0)
    refusing.close()
  })
})
