import { rotateEdgeSecret } from "../src/edge.ts"

/**
 * The rotation function of the secret that holds the edge's HMAC keys: `rotate-edge-secret.handler`. Secrets Manager
 * calls it four times in each rotation; see `docs/secrets.md` for its permissions and for when the edge changes keys.
 */
export const handler = (event: unknown): Promise<void> => rotateEdgeSecret(event)
