// Imports the bundle of a folder, answers one event, and prints the answer and what became of the code cache.
//   node cold-answer.mjs FOLDER KEY TOKEN
const vm = process.getBuiltinModule("node:vm")
let rejected
vm.Script = class extends vm.Script {
  constructor(source, options) {
    super(source, options)
    rejected = options?.cachedData === undefined ? "absent" : this.cachedDataRejected
  }
}
const [, , folder, jwk, token] = process.argv
const issuers = [
  { provider: "oidc", issuer: "https://issuer.example/", audience: "orders", jwks: { keys: [JSON.parse(jwk)] } },
]
process.env.HALLPASS_CONFIG = JSON.stringify({ issuers })
const write = process.stdout.write.bind(process.stdout)
process.stdout.write = () => true
const { handler } = await import(`${folder}/authorizer.mjs`)
const methodArn = "arn:aws:execute-api:eu-west-1:123456789012:abcdefghij/prod/GET/orders"
const answer = await handler(
  { type: "TOKEN", methodArn, authorizationToken: `Bearer ${token}` },
  { awsRequestId: "one" },
)
const refused = await handler(
  { type: "TOKEN", methodArn, authorizationToken: "Bearer a.b.c" },
  { awsRequestId: "two" },
).catch((error) => error.message)
write(JSON.stringify({ rejected, answer, refused }))
