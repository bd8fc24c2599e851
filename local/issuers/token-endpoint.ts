import type { IncomingMessage } from "node:http"
import { decodeJwt } from "jose"
import { type TokenDefect, tokenDefects } from "../../src/testing.ts"
import { BodyTooLarge, BodyUnreadable, readBody } from "../server/body.ts"
import { maxDepth, nestsTooDeep } from "../stack/nesting.ts"
import type { Signer } from "./signer.ts"

interface TokenAnswer {
  readonly status: number
  readonly body: object
}

const maxFormBytes = 64 * 1024
const refused = (status: number, error: string, description: string): TokenAnswer => ({
  status,
  body: { error, error_description: description },
})

/**
 * The token endpoint: client credentials (RFC 6749 section 4.4), as a form, or as JSON, which Auth0 takes. Every client
 * id is good, and no secret is compared. Two parameters of its own are for tests: `claims`, a JSON object, and
 * `defects`, names of `createTestIssuer` separated by blanks.
 */
export async function answerTokenRequest(signer: Signer, request: IncomingMessage): Promise<TokenAnswer> {
  if (request.method !== "POST") return refused(405, "invalid_request", "The token endpoint takes POST.")
  let form: URLSearchParams
  try {
    form = formOf(await readBody(request, maxFormBytes), request.headers["content-type"] ?? "")
  } catch (error) {
    if (error instanceof SyntaxError) return refused(400, "invalid_request", "The body is neither a form nor JSON.")
    if (error instanceof BodyUnreadable) return refused(400, "invalid_request", "The body is no text in UTF-8.")
    if (error instanceof BodyTooLarge) return refused(413, "invalid_request", "The form is too large.")
    throw error
  }
  for (const name of new Set(form.keys()))
    if (form.getAll(name).length > 1) return refused(400, "invalid_request", "A parameter is there twice.")
  if (form.get("grant_type") !== "client_credentials")
    return refused(400, "unsupported_grant_type", "grant_type must be client_credentials.")
  const client = clientOf(request.headers.authorization, form)
  if (client === undefined)
    return refused(401, "invalid_client", "Send a client id, in the body or by Basic authentication.")
  const claims = claimsOf(form.get("claims"))
  if (claims === undefined)
    return refused(400, "invalid_request", `claims must be a JSON object that nests at most ${maxDepth} deep.`)
  const defects = (form.get("defects") ?? "").split(/[\s,]+/).filter((name) => name !== "")
  if (!defects.every((name): name is TokenDefect => tokenDefects.includes(name as TokenDefect)))
    return refused(400, "invalid_request", `defects must be of: ${tokenDefects.join(", ")}.`)
  const scope = form.get("scope") ?? undefined
  const token = await signer.token({ claims, defects, scope, app: { client } })
  const { exp = 0, iat = 0 } = decodeJwt(token)
  return {
    status: 200,
    body: { access_token: token, token_type: "Bearer", expires_in: exp - iat, ...(scope && { scope }) },
  }
}

/** @throws SyntaxError */
function formOf(text: string, type: string): URLSearchParams {
  if (!/^application\/json\b/i.test(type)) return new URLSearchParams(text)
  const members: unknown = JSON.parse(text)
  if (typeof members !== "object" || members === null || Array.isArray(members)) throw new SyntaxError("no object")
  const texts = Object.entries(members).map(([name, value]): [string, string] => {
    if (nestsTooDeep(value)) throw new SyntaxError("nests too deep")
    if (Array.isArray(value)) return [name, value.join(" ")]
    return [name, typeof value === "object" ? JSON.stringify(value) : String(value)]
  })
  return new URLSearchParams(texts)
}

function clientOf(authorization: string | undefined, form: URLSearchParams): string | undefined {
  const [, basic] = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(authorization ?? "") ?? []
  if (basic !== undefined) {
    const [id = ""] = Buffer.from(basic, "base64").toString("utf8").split(":")
    return id === "" ? undefined : id
  }
  const id = form.get("client_id") ?? ""
  return id === "" ? undefined : id
}

function claimsOf(text: string | null): { readonly [claim: string]: unknown } | undefined {
  if (text === null) return {}
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== "object" || value === null || Array.isArray(value) || nestsTooDeep(value)) return undefined
    return { ...value }
  } catch {
    return undefined
  }
}
