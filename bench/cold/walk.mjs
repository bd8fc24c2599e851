// The bundle's handler, one request after the other: node walk.mjs URL, then one message { event, tokens } per part. The
// process gets its limit between two parts. Answers with the microseconds of every request.
const { handler } = await import(process.argv[2])

process.on("message", async ({ event, tokens }) => {
  const micros = []
  for (const token of tokens) {
    const authorization = `Bearer ${token}`
    const request = { ...event, identitySource: [authorization], headers: { ...event.headers, authorization } }
    const started = process.hrtime.bigint()
    const answer = await handler(request, { awsRequestId: "0" })
    micros.push(Number(process.hrtime.bigint() - started) / 1000)
    if (answer.isAuthorized !== true) throw new Error("a good token was refused")
  }
  process.send(micros)
})
process.send("ready")
