import type { Coverage } from "../types/coverage.ts"

/** What an answer to a WebSocket API covers. */
export const connectOnly: Coverage = Object.freeze({ allow: ["$connect"], deny: [], denyIfRoom: [] })
