import type { Issuer } from "../issuers/issuer.ts"
import { tokenNames } from "../issuers/tokens.ts"
import type { RuntimeClient } from "../runtime/plain-runtime.ts"
import { edgeQuestions } from "./edge.ts"
import { kinds } from "./kind.ts"
import { foot, head, line } from "./layout.ts"
import { ask, type Row, tokenQuestion } from "./row.ts"

/** Runs and prints every event kind, issuer and token, and an edge, row by row. True when every row was as expected. */
export async function runTable(
  client: RuntimeClient,
  bundle: string,
  issuers: readonly Issuer[],
  print: (text: string) => void,
): Promise<boolean> {
  const rows: Row[] = []
  print(head())
  const blocks = kinds.flatMap((kind) =>
    issuers.map((issuer) => tokenNames.map((name) => tokenQuestion(kind, issuer, name))),
  )
  for (const block of [...blocks, edgeQuestions(kinds)]) {
    for (const question of block) {
      const row = await ask(client, bundle, question)
      rows.push(row)
      print(line(row))
    }
    print("")
  }
  print(foot(rows, client))
  return rows.every(({ asExpected }) => asExpected)
}
