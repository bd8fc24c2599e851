import { kinds } from "../gateway/kind.ts"
import type { Issuer } from "../issuers/issuer.ts"
import { tokenNames } from "../issuers/tokens.ts"
import type { RuntimeClient } from "../runtime/client.ts"
import { foot, head, line } from "./layout.ts"
import { type Row, runRow } from "./row.ts"

/** Runs and prints every event kind, issuer and token, row by row. True when every row was as expected. */
export async function runTable(
  client: RuntimeClient,
  bundle: string,
  issuers: readonly Issuer[],
  print: (text: string) => void,
): Promise<boolean> {
  const rows: Row[] = []
  print(head())
  for (const kind of kinds) {
    for (const issuer of issuers) {
      for (const token of tokenNames) {
        const row = await runRow(client, bundle, kind, issuer, token)
        rows.push(row)
        print(line(row))
      }
      print("")
    }
  }
  print(foot(rows, client))
  return rows.every(({ asExpected }) => asExpected)
}
