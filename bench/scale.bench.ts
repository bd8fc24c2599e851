// Whether the cost of a request grows with what is configured, or with who attacks.
import { bench } from "./machinery/bench.ts"
import { distinctTokens } from "./scale/distinct.ts"
import { permissions } from "./scale/permissions.ts"
import { routeTables } from "./scale/routes.ts"
import { badTokens, issuersOfAConfiguration } from "./scale/tokens.ts"

await bench("scale", async () => {
  const parts = [issuersOfAConfiguration, badTokens, routeTables, permissions, distinctTokens]
  const rows = []
  for (const part of parts) rows.push(...(await part()))
  return rows
})
