// One sample of an import, in a process of its own: node import.mjs URL [EVENT]. With an event, the handler answers it.
// Imports nothing itself, so that no bundle finds a part of its work done. Says on file descriptor 3 what it measured,
// because standard output belongs to the handler.
const [, , url, text] = process.argv
const event = text && JSON.parse(text)
const cpu = process.cpuUsage()
const before = performance.now()
const { handler } = await import(url)
const imported = performance.now()
const answer = event && (await handler(event, { awsRequestId: "0" }))
const answered = performance.now()
const { user, system } = process.cpuUsage(cpu)
const network = process.moduleLoadList.filter((name) =>
  /^NativeModule (?:_?https?\b|http2|tls|internal\/deps\/undici)/.test(name),
)
const sample = {
  importMs: imported - before,
  answerMs: answered - before,
  cpuMs: (user + system) / 1000,
  answer,
  network,
}
// What a handler writes behind its answer belongs to its output.
if (event) await new Promise((resolve) => setTimeout(resolve, 50))
process.getBuiltinModule("node:fs").writeSync(3, JSON.stringify(sample))
process.exit()
