import { expect, it } from "vitest"
import type { RequestSummary } from "../../local/server/control-api.ts"
import { RequestLog } from "../../local/stack/request-log.ts"

it("16 bad input: the strip holds the last requests only, newest first, however many come", () => {
  const log = new RequestLog(200)
  const heard: string[] = []
  const end = log.listen(({ id }) => void heard.push(id))
  for (let at = 0; at < 60_000; at++) log.add({ id: String(at) } as RequestSummary)
  expect(log.newest).toHaveLength(200)
  expect([log.newest[0]?.id, log.newest[199]?.id]).toEqual(["59999", "59800"])
  end()
  log.add({ id: "last" } as RequestSummary)
  expect(heard).toHaveLength(60_000)
})
