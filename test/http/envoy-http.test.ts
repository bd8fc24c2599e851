import { request as ask } from "node:http"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { parse } from "yaml"
import { type AuthorizationServer, createAuthorizationServer } from "../../src/http.ts"
import { recipe } from "./neighbours/recipes.ts"
import { bearer, clock, config } from "./world.ts"

// 18-2, reference section 8: an HTTP client that plays Envoy's ext_authz by its contract, with the recipe of
// docs/serve.md.

type Pattern = { readonly exact?: string; readonly prefix?: string; readonly safe_regex?: { readonly regex: string } }
type Headers = { readonly [name: string]: string }
const { typed_config: filter } = parse(recipe("Envoy", "yaml")[1] ?? "") as {
  readonly typed_config: {
    readonly failure_mode_allow: boolean
    readonly allowed_headers: { readonly patterns: readonly Pattern[] }
    readonly http_service: {
      readonly authorization_response: {
        readonly [list in "allowed_upstream_headers" | "allowed_client_headers"]: {
          readonly patterns: readonly Pattern[]
        }
      }
    }
  }
}
const { allowed_upstream_headers: upstream, allowed_client_headers: client } =
  filter.http_service.authorization_response
const matching = (headers: Headers, patterns: readonly Pattern[]): Headers =>
  Object.fromEntries(
    Object.entries(headers).filter(([name]) =>
      patterns.some(
        ({ exact, prefix, safe_regex: regex }) =>
          name.toLowerCase() === exact ||
          (prefix !== undefined && name.toLowerCase().startsWith(prefix)) ||
          (regex !== undefined && new RegExp(`^(?:${regex.regex})$`).test(name.toLowerCase())),
      ),
    ),
  )

let service: AuthorizationServer
beforeAll(async () => {
  service = await createAuthorizationServer(config, { dialect: "envoy", port: 0 }, { clock })
})
afterAll(() => service.close())

/** What Envoy does with a request: what the upstream is sent, or what the client gets. */
async function through(
  url: string,
  first: string,
  headers: Headers,
  shows: readonly Pattern[] = filter.allowed_headers.patterns,
): Promise<{ readonly upstream?: Headers; readonly status?: number; readonly client?: Headers }> {
  const [method = "", path = ""] = first.split(" ")
  const { port } = new URL(url)
  const shown = { host: "orders.example.com", "content-length": "0", ...matching(headers, shows) }
  const answer = await new Promise<{ status: number; headers: Headers } | undefined>((resolve) => {
    ask({ host: "127.0.0.1", port, method, path, headers: shown, agent: false }, (response) => {
      response.resume()
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers as Headers }))
    })
      .on("error", () => resolve(undefined))
      .end()
  })
  if (answer === undefined || answer.status >= 500)
    return filter.failure_mode_allow ? { upstream: headers } : { status: 503 }
  // Listed headers of a 200 overwrite those of the request; anything else is denied with what is listed for the client.
  if (answer.status === 200) return { upstream: { ...headers, ...matching(answer.headers, upstream.patterns) } }
  return { status: answer.status, client: matching(answer.headers, client.patterns) }
}

describe("18-2: Envoy's ext_authz over HTTP", () => {
  it("an allowed request goes on with the identity, its own other headers and its credential", async () => {
    const headers = { authorization: bearer("reader"), accept: "text/html" }
    const { upstream: sent } = await through(service.url, "GET /orders/7?x=1", headers)
    expect(sent).toMatchObject({ ...headers, "x-hallpass-sub": "ann", "x-hallpass-email": "ann@example.com" })
  })

  it("a refused one ends with the status and the challenge, and nothing else of the answer", async () => {
    expect(await through(service.url, "GET /orders/7", {})).toEqual({
      status: 401,
      client: { "www-authenticate": 'Bearer realm="hallpass"' },
    })
    expect(await through(service.url, "GET /orders/7", { authorization: bearer("writer") })).toEqual({
      status: 403,
      client: {},
    })
  })

  it("a client's identity header is refused if Envoy shows it, and overwritten if Envoy does not", async () => {
    const headers = { authorization: bearer("plain"), "x-hallpass-email": "root", "x-hallpass-groups": "root" }
    expect(await through(service.url, "GET /orders/7", headers)).toEqual({ status: 403, client: {} })
    for (const name of ["x_hallpass_email", "X.Hallpass-Sub", "x-hallpass_new", "X-HALLPASS.groups"]) {
      const spelled = { authorization: bearer("plain"), [name]: "root" }
      expect(await through(service.url, "GET /orders/7", spelled), name).toEqual({ status: 403, client: {} })
    }
    const onlyToken = [{ exact: "authorization" }]
    const { upstream: sent } = await through(service.url, "GET /orders/7", headers, onlyToken)
    expect(sent).toMatchObject({ "x-hallpass-sub": "bea", "x-hallpass-email": "", "x-hallpass-groups": "" })
    expect(Object.values(sent ?? {})).not.toContain("root")
  })

  it("the client's own method and path are judged, and a body is not there", async () => {
    expect((await through(service.url, "POST /orders", { authorization: bearer("writer") })).upstream).toBeDefined()
    expect((await through(service.url, "PUT /orders", { authorization: bearer("writer") })).status).toBe(403)
    expect((await through(service.url, "HEAD /orders/7", { authorization: bearer("reader") })).status).toBe(403)
  })

  it("a failure is no allow: a question that cannot be decided, and a service that is not there", async () => {
    const check = () => Promise.reject(new Error("fails"))
    const broken = await createAuthorizationServer(config, { dialect: "envoy", port: 0 }, { clock, check })
    const headers = { authorization: bearer("reader") }
    expect(await through(broken.url, "GET /orders/7", headers)).toEqual({ status: 503 })
    await broken.close()
    expect(await through(broken.url, "GET /orders/7", headers)).toEqual({ status: 503 })
  })
})
