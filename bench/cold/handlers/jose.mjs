// jose with its remote key set, as its documentation has it. It writes nothing: no log, no metric.
import { createRemoteJWKSet, customFetch, jwksCache, jwtVerify } from "jose"

const { COLD_ISSUER: issuer, COLD_AUDIENCE: audience, COLD_JWKS_URI: jwksUri, COLD_CA: ca, COLD_JWKS } = process.env
const keys = createRemoteJWKSet(new URL(jwksUri), {
  // `fetch` takes no authority of its own; the one for loopback stands in for the platform's, at the moment of the fetch.
  ...(ca && {
    [customFetch]: (url, options) => {
      process.getBuiltinModule("node:tls").setDefaultCACertificates([ca])
      return fetch(url, options)
    },
  }),
  ...(COLD_JWKS && { [jwksCache]: { jwks: JSON.parse(COLD_JWKS), uat: Date.now() } }),
})

export const handler = async (event) => {
  try {
    const token = event.identitySource[0].slice("Bearer ".length)
    const { payload } = await jwtVerify(token, keys, { issuer, audience, algorithms: ["RS256"] })
    return { isAuthorized: true, context: { sub: payload.sub } }
  } catch {
    return { isAuthorized: false }
  }
}
