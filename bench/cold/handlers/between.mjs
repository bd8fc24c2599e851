// Measures another handler from within, as often as it is invoked: BETWEEN_BUNDLE is its file.
const { handler: inner } = await import(process.env.BETWEEN_BUNDLE)

export const handler = async (event, context) => {
  const started = process.hrtime.bigint()
  const answer = await inner(event, context)
  return { answer, micros: Number(process.hrtime.bigint() - started) / 1000 }
}
