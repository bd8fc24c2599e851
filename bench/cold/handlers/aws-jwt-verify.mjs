// aws-jwt-verify as its README configures it, with Powertools for one log record per refusal and one metric per
// decision.
import { Logger } from "@aws-lambda-powertools/logger"
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics"
import { JwtVerifier } from "aws-jwt-verify"
import { SimpleFetcher } from "aws-jwt-verify/https"
import { SimpleJwksCache } from "aws-jwt-verify/jwk"

const { COLD_ISSUER: issuer, COLD_AUDIENCE: audience, COLD_JWKS_URI: jwksUri, COLD_CA: ca, COLD_JWKS } = process.env
const logger = new Logger({ serviceName: "authorizer" })
const metrics = new Metrics({ namespace: "authorizer", serviceName: "authorizer" })
const fetcher = new SimpleFetcher({ defaultRequestOptions: ca ? { ca } : {} })
const verifier = JwtVerifier.create({ issuer, audience, jwksUri }, { jwksCache: new SimpleJwksCache({ fetcher }) })
if (COLD_JWKS) verifier.cacheJwks(JSON.parse(COLD_JWKS))

export const handler = async (event) => {
  const answer = await authorize(event.identitySource[0].slice("Bearer ".length))
  metrics.addMetric(answer.isAuthorized ? "Allowed" : "Refused", MetricUnit.Count, 1)
  metrics.publishStoredMetrics()
  return answer
}

async function authorize(token) {
  try {
    const { sub } = await verifier.verify(token)
    return { isAuthorized: true, context: { sub } }
  } catch (error) {
    logger.info("request refused", { reason: error.name })
    return { isAuthorized: false }
  }
}
