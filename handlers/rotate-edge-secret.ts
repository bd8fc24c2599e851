// Not through the door of the edge: the build would also put out what a verifier loads later.
import { rotateEdgeSecret } from "../src/rotation/rotate.ts"

/**
 * The rotation function of the secret that holds the edge's HMAC keys: `rotate-edge-secret.handler`. Secrets Manager
 * calls it four times in each rotation; see `docs/secrets.md` for its permissions and for when the edge changes keys.
 */
export const handler = (event: unknown): Promise<void> => rotateEdgeSecret(event)
