import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { type AuthorizationServer, createAuthorizationServer } from "../../src/http.ts"
import { sendRaw } from "../support/raw-http.ts"
import { type Arrived, type Backend, startBackend } from "./neighbours/backend.ts"
import { type Neighbour, neighbours, type RunningNeighbour } from "./neighbours/programs.ts"
import { bearer, clock, config, type tokens } from "./world.ts"

// 18-2, "Done when": real neighbours, set up with the recipes of docs/serve.md word for word.

// HAProxy tries for three seconds to reach the service, so the first test does not wait for these answers.
const withoutService = new Map<string, ReturnType<typeof askedWithoutService>>()
beforeAll(() => {
  for (const each of neighbours.filter(({ tool }) => tool.isThere))
    withoutService.set(each.name, askedWithoutService(each))
})
afterAll(() => Promise.all(withoutService.values()))

async function askedWithoutService({ start }: Neighbour): Promise<{ status: number; arrived: readonly Arrived[] }> {
  const [closed, backend] = await Promise.all([startBackend(), startBackend()])
  await closed.close()
  const alone = await start({ service: closed.port, backend: backend.port })
  try {
    const lines = ["GET /orders/7 HTTP/1.1", "Host: localhost", "Connection: close"]
    const { status } = await sendRaw(alone.port, [...lines, `Authorization: ${bearer("reader")}`])
    return { status, arrived: backend.arrived }
  } finally {
    await alone.stop()
    await backend.close()
  }
}

describe.each(neighbours)(
  "18-2: $name in front of the service",
  ({ name, tool, dialect, undecided, statusFor, start }) => {
    describe.runIf(tool.isThere)("set up as docs/serve.md says", () => {
      let service: AuthorizationServer
      let backend: Backend
      let neighbour: RunningNeighbour
      beforeAll(async () => {
        backend = await startBackend()
        service = await createAuthorizationServer(config, { dialect, port: 0 }, { clock })
        neighbour = await start({ service: Number(new URL(service.url).port), backend: backend.port })
      })
      afterAll(async () => {
        await neighbour?.stop()
        await service?.close()
        await backend?.close()
      })
      beforeEach(() => void backend.arrived.splice(0))

      const send = (first: string, headers: readonly string[], body = "") =>
        sendRaw(
          neighbour.port,
          [`${first} HTTP/1.1`, `Host: 127.0.0.1:${neighbour.port}`, "Connection: close", ...headers],
          body,
        )
      const authorization = (name: keyof typeof tokens): string => `Authorization: ${bearer(name)}`
      /** The identity as it arrived, whatever the spelling of the names. */
      const identity = (): string[] =>
        (backend.arrived[0]?.headers ?? [])
          .map(([name, value]) => `${name.toLowerCase().replaceAll(/[_.]/g, "-")}: ${value}`)
          .filter((line) => line.startsWith("x-hallpass-") && !line.endsWith(": "))
          .toSorted()

      it("passes an allowed request on, with the identity", async () => {
        const { status, body } = await send("GET /orders/7?page=2", [authorization("reader")])
        expect([status, body.includes("backend")]).toEqual([200, true])
        expect(backend.arrived[0]).toMatchObject({ method: "GET", url: "/orders/7?page=2" })
        expect(identity()).toEqual(
          expect.arrayContaining([
            "x-hallpass-email: ann@example.com",
            "x-hallpass-principal: https://test.okta.com/oauth2/default|00u1",
            "x-hallpass-scopes: orders:read",
          ]),
        )
      })

      it("decides by the client's own method, and the body reaches the backend only", async () => {
        const body = "quantity=3"
        const headers = [authorization("writer"), `Content-Length: ${body.length}`]
        expect((await send("POST /orders", headers, body)).status).toBe(200)
        expect(backend.arrived[0]).toMatchObject({ method: "POST", body })
        expect((await send("POST /orders", [authorization("reader"), "Content-Length: 0"])).status).toBe(403)
      })

      it("answers 401 with a challenge, 403 without one, and the backend is not reached", async () => {
        const missing = await send("GET /orders/7", [])
        expect([missing.status, /^www-authenticate: (.*)$/im.exec(missing.head)?.[1]?.trim()]).toEqual([
          401,
          'Bearer realm="hallpass"',
        ])
        const bad = await send("GET /orders/7", ["Authorization: Bearer x.y.z"])
        expect(bad.head).toMatch(/^www-authenticate: Bearer realm="hallpass", error="invalid_token"/im)
        const forbidden = await send("GET /orders/7", [authorization("writer")])
        expect([forbidden.status, /www-authenticate/i.test(forbidden.head)]).toEqual([403, false])
        expect(forbidden.head + forbidden.body).not.toMatch(/orders:read|scope|cal@/)
        expect(backend.arrived).toEqual([])
      })

      it.each([
        ["X-Hallpass-Principal: root"],
        ["x-hallpass-scopes: orders:write"],
        ["X-HALLPASS-ANYTHING: root"],
        ["X-Hallpass-Email: "],
      ])("a client's own %s is never believed", async (header) => {
        const { status } = await send("GET /orders/7", [authorization("plain"), header])
        expect(status).toBe(403)
        expect(backend.arrived).toEqual([])
      })

      it.each([
        "X_Hallpass_Principal: root",
        "X.Hallpass.Principal: root",
        "X-Hallpass_Email: root",
        "x-hallpass.email: root",
      ])("a spelling of one, %s, is refused or dropped on the way", async (header) => {
        await send("GET /orders/7", [authorization("plain"), header])
        expect(identity().join()).not.toContain("root")
        expect(backend.arrived[0]?.headers.some(([, value]) => value === "root") ?? false).toBe(false)
      })

      it("without an email the client's own email does not arrive", async () => {
        expect((await send("GET /orders/7", [authorization("plain")])).status).toBe(200)
        expect(identity().join()).not.toContain("email")
      })

      it("the names of the original request cannot be chosen by the client", async () => {
        const lies = ["GET", "POST"].flatMap((method) => [
          `X-Original-Method: ${method}`,
          `X-Forwarded-Method: ${method}`,
        ])
        const paths = ["X-Original-URI: /orders/7", "X-Forwarded-Uri: /orders/7", "X-Original-URL: /orders/7"]
        const answer = await send("DELETE /admin/users", [authorization("reader"), ...lies, ...paths])
        expect(answer.status).toBe(403)
        expect(backend.arrived).toEqual([])
        const other = await send("GET /orders/7", [
          authorization("operator"),
          "X-Original-URI: /admin/x",
          "X-Forwarded-Uri: /admin/x",
        ])
        expect(other.status).toBe(403)
        expect(backend.arrived).toEqual([])
      })

      it.each([
        "/orders/../admin/x",
        "/orders/%2e%2e/admin",
        "/orders//7",
        "/orders/7;a=b",
        "/%6frders/7",
        "/orders/7%2f8",
        "/orders/%5c",
      ])("the ambiguous path %s does not reach the backend", async (path) => {
        expect((await send(`GET ${path}`, [authorization("reader")])).status).toBeGreaterThanOrEqual(400)
        expect(backend.arrived).toEqual([])
      })

      it("an absolute target is judged by its path", async () => {
        const { status } = await send("GET http://evil.example/admin/users", [authorization("reader")])
        expect(status).toBeGreaterThanOrEqual(400)
        expect(backend.arrived).toEqual([])
      })

      it("two credentials are refused", async () => {
        const { status } = await send("GET /orders/7", [authorization("reader"), authorization("operator")])
        expect(status).toBeGreaterThanOrEqual(400)
        expect(backend.arrived).toEqual([])
      })

      describe("reference 2.1:", () => {
        let answer: number | "reset"
        let other: RunningNeighbour
        const stub = createServer((_request, response) => {
          if (answer === "reset") response.destroy()
          else response.writeHead(answer, { location: "/elsewhere", "www-authenticate": "Bearer" }).end()
        })
        beforeAll(async () => {
          await once(stub.listen(0, "127.0.0.1"), "listening")
          other = await start({ service: (stub.address() as AddressInfo).port, backend: backend.port })
        })
        afterAll(async () => {
          await other?.stop()
          stub.close()
          stub.closeAllConnections()
        })

        it.each([204, 206, 302, 400, 401, 403, 404, 429, 500, 503, "reset"] as const)(
          "what the service answers with %s reaches the client as it must",
          async (each) => {
            answer = each
            const lines = ["GET /orders/7 HTTP/1.1", `Host: 127.0.0.1:${other.port}`, "Connection: close"]
            const { status, head } = await sendRaw(other.port, [...lines, authorization("reader")])
            expect(status, head).toBe(statusFor(each))
            expect(backend.arrived).toHaveLength(status === 200 ? 1 : 0)
            if (status === 401) expect(head).toMatch(/^www-authenticate: Bearer/im)
          },
        )
      })

      it("without the service nothing is allowed", async () => {
        const { status, arrived } = (await withoutService.get(name)) ?? {}
        expect(status).toBeGreaterThanOrEqual(500)
        expect(arrived).toEqual([])
      })

      it("a question that cannot be decided is no allow", async () => {
        const broken = () => {
          throw new Error("the check fails")
        }
        const other = await createAuthorizationServer(config, { dialect, port: 0 }, { clock, check: broken })
        const beside = await start({ service: Number(new URL(other.url).port), backend: backend.port })
        const lines = [
          "GET /orders/7 HTTP/1.1",
          `Host: 127.0.0.1:${beside.port}`,
          "Connection: close",
          authorization("reader"),
        ]
        try {
          expect((await sendRaw(beside.port, lines)).status).toBe(undecided)
          expect(backend.arrived).toEqual([])
        } finally {
          await beside.stop()
          await other.close()
        }
      })
    })
  },
)
