import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type AuthorizationServer, createAuthorizationServer } from "../../src/http.ts"
import { clock, issuer } from "./world.ts"

// 18, reference section 8: NGINX Plus is not free, so what its variables hold is a table: auth_jwt joins the members of
// a list with commas (ngx_http_auth_jwt_module).

/** Claim, what `$jwt_claim_NAME` or `auth_jwt_claim_set` holds, and what the service hands on. */
const golden: readonly (readonly [
  name: string,
  path: string | string[],
  value: unknown,
  variable: string,
  header: string,
])[] = [
  ["email", "email", "ann@example.com", "ann@example.com", "ann@example.com"],
  ["city", "city", "Łódź", "Łódź", "UTF-8''%C5%81%C3%B3d%C5%BA"],
  ["level", "level", 7, "7", "7"],
  ["verified", "verified", true, "true", "true"],
  ["dept", ["org", "dept"], "sales", "sales", "sales"],
  ["tags", "tags", ["a", "b"], "a,b", list(["a", "b"])],
  ["odd", "odd", ["a,b", "c"], "a,b,c", list(["a,b", "c"])],
]
function list(members: readonly string[]): string {
  return Buffer.from(JSON.stringify(members)).toString("base64url")
}
/** As NGINX documents it. */
const variableOf = (value: unknown): string => (Array.isArray(value) ? value.join(",") : String(value))

let service: AuthorizationServer
beforeAll(async () => {
  const context = Object.fromEntries(golden.map(([name, path]) => [name, path]))
  service = await createAuthorizationServer(
    { issuers: [issuer.config], context },
    { dialect: "nginx", port: 0 },
    { clock },
  )
})
afterAll(() => service.close())

describe("18: the claims of auth_jwt's variables", () => {
  it.each(golden)("%s", async (name, path, value, variable, header) => {
    expect(variableOf(value)).toBe(variable)
    const claims = typeof path === "string" ? { [path]: value } : { [path[0] ?? ""]: { [path[1] ?? ""]: value } }
    const asked = { "X-Original-Method": "GET", "X-Original-URI": "/", authorization: `Bearer ${issuer.token(claims)}` }
    const answer = await fetch(service.url, { headers: asked })
    expect([answer.status, answer.headers.get(`x-hallpass-${name}`)]).toEqual([200, header])
  })

  it("scopes are one text, as in the claim scope", async () => {
    const authorization = `Bearer ${issuer.token({ scp: ["a", "b"] })}`
    const asked = { "X-Original-Method": "GET", "X-Original-URI": "/", authorization }
    expect((await fetch(service.url, { headers: asked })).headers.get("x-hallpass-scopes")).toBe("a b")
  })

  it("each directive of the module has a row in docs/serve.md", () => {
    const page = readFileSync(resolve(import.meta.dirname, "../../docs/serve.md"), "utf8")
    const directives = ["auth_jwt", "auth_jwt_claim_set", "auth_jwt_key_cache", "auth_jwt_key_file"]
    for (const each of [...directives, "auth_jwt_key_request", "auth_jwt_leeway", "auth_jwt_require"])
      expect(page).toMatch(new RegExp(`^\\| [^|]*\`${each}[\` ][^|]* \\|`, "m"))
  })
})
