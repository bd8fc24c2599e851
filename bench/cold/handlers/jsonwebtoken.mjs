// jsonwebtoken with jwks-rsa as their READMEs join them. It writes nothing: no log, no metric.
import { Agent } from "node:https"
import jwt from "jsonwebtoken"
import jwksClient from "jwks-rsa"

const { COLD_ISSUER: issuer, COLD_AUDIENCE: audience, COLD_JWKS_URI: jwksUri, COLD_CA: ca, COLD_JWKS } = process.env
const known = COLD_JWKS && JSON.parse(COLD_JWKS).keys
const client = jwksClient({
  jwksUri,
  cache: true,
  rateLimit: true,
  ...(ca && { requestAgent: new Agent({ ca }) }),
  ...(known && { getKeysInterceptor: async () => known }),
})

const keyOf = ({ kid }, done) => {
  client.getSigningKey(kid).then(
    (key) => done(null, key.getPublicKey()),
    (error) => done(error),
  )
}

const verified = (token) =>
  new Promise((resolve, reject) => {
    jwt.verify(token, keyOf, { issuer, audience, algorithms: ["RS256"] }, (error, claims) =>
      error ? reject(error) : resolve(claims),
    )
  })

export const handler = async (event) => {
  try {
    const { sub } = await verified(event.identitySource[0].slice("Bearer ".length))
    return { isAuthorized: true, context: { sub } }
  } catch {
    return { isAuthorized: false }
  }
}
