import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { parse } from "yaml"
import { identityHeaders } from "../../src/http/identity-headers.ts"
import { type AuthorizationServer, createAuthorizationServer } from "../../src/http.ts"
import { exportGloo } from "../../src/mesh.ts"
import { recipe } from "./neighbours/recipes.ts"
import { bearer, clock, config } from "./world.ts"

// 18-2, reference section 8: an HTTP client that plays Gloo's external auth by its contract, with the recipe of
// docs/serve.md and with what `hallpass export gloo` writes.

interface AuthConfig {
  readonly configs: readonly [
    {
      readonly passThroughAuth: {
        readonly failureModeAllow?: boolean
        readonly http: {
          readonly request: { readonly allowedHeaders: readonly string[] }
          readonly response: {
            readonly allowedUpstreamHeaders?: readonly string[]
            readonly allowedUpstreamHeadersToOverwrite: readonly string[]
            readonly allowedClientHeadersOnDenied: readonly string[]
          }
        }
      }
    },
  ]
}
type Headers = { readonly [name: string]: string }

const [transformation = "", written = "", gateway = ""] = recipe("Gloo", "yaml")
const { stagedTransformations } = parse(transformation).options as {
  stagedTransformations: {
    early: {
      requestTransforms: [
        { requestTransformation: { transformationTemplate: { headers: { [name: string]: { text: string } } } } },
      ]
    }
  }
}
const template = stagedTransformations.early.requestTransforms[0].requestTransformation.transformationTemplate.headers
const underscores = parse(gateway).httpGateway.options.httpConnectionManagerSettings.headersWithUnderscoresAction
const authConfigs: { readonly [name: string]: AuthConfig } = {
  "the recipe": parse(written).spec,
  "the export": exportGloo(config).documents[0]?.spec as AuthConfig,
}

let service: AuthorizationServer
beforeAll(async () => {
  service = await createAuthorizationServer(config, { dialect: "gloo", port: 0 }, { clock })
})
afterAll(() => service.close())

/** What Gloo does with a request: what the upstream is sent, or what the client gets. */
async function through(
  { configs: [{ passThroughAuth }] }: AuthConfig,
  first: string,
  sent: Headers,
): Promise<{ readonly upstream?: Headers; readonly status?: number; readonly client?: Headers }> {
  const [method = "", path = ""] = first.split(" ")
  const given = Object.fromEntries(Object.entries(sent).map(([name, value]) => [name.toLowerCase(), value]))
  if (underscores === "REJECT_CLIENT_REQUEST" && Object.keys(given).some((name) => name.includes("_")))
    return { status: 400 }
  const pseudo: Headers = { ":method": method, ":path": path, ":authority": "orders.example.com" }
  const transformed = Object.entries(template).map(([name, { text }]) => {
    const [, inner = ""] = /^\{\{ request_header\("(.+)"\) \}\}$/.exec(text) ?? []
    return [name, pseudo[inner] ?? ""]
  })
  const headers: Headers = { ...given, ...Object.fromEntries(transformed) }
  const { request, response } = passThroughAuth.http
  const listed = (from: Headers, names: readonly string[] = []): Headers =>
    Object.fromEntries(names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]])))
  const answer = await fetch(service.url, { method: "POST", headers: listed(headers, request.allowedHeaders) })
  const answered = Object.fromEntries(answer.headers)
  if (answer.status >= 500 && passThroughAuth.failureModeAllow === true) return { upstream: headers }
  if (answer.status !== 200)
    return { status: answer.status, client: listed(answered, response.allowedClientHeadersOnDenied) }
  expect(response.allowedUpstreamHeaders).toBeUndefined() // they would be appended
  return { upstream: { ...headers, ...listed(answered, response.allowedUpstreamHeadersToOverwrite) } }
}

describe.each(Object.keys(authConfigs))("18-2: Gloo with %s", (name) => {
  const authConfig = authConfigs[name] as AuthConfig
  const authorization = bearer("plain")
  beforeEach(() => expect.hasAssertions())

  it("hands the identity on, and answers a refusal with its challenge", async () => {
    const { upstream } = await through(authConfig, "GET /orders/7?x=1", { authorization })
    expect(upstream).toMatchObject({ "x-hallpass-sub": "bea", "x-hallpass-email": "" })
    expect(await through(authConfig, "GET /orders/7", {})).toEqual({
      status: 401,
      client: { "www-authenticate": 'Bearer realm="hallpass"' },
    })
    expect(await through(authConfig, "DELETE /admin/x", { authorization })).toEqual({ status: 403, client: {} })
  })

  it("never hands on an identity header of the client's own, in any spelling", async () => {
    for (const own of identityHeaders(config).names)
      for (const spelled of [own, own.toUpperCase(), own.replaceAll("-", "_"), own.replace("hallpass-", "hallpass_")]) {
        const { upstream, status } = await through(authConfig, "GET /orders/7", { authorization, [spelled]: "root" })
        expect([spelled, upstream, status !== 200], spelled).toEqual([spelled, undefined, true])
      }
  })

  it("asks about the client's own method and path, whatever the client's headers say", async () => {
    const lies = { "X-Original-Method": "GET", "X-Original-URI": "/orders/7", "x-original-host": "other" }
    expect((await through(authConfig, "DELETE /admin/x", { authorization, ...lies })).status).toBe(403)
  })
})
