import { once } from "node:events"
import { createServer, type IncomingMessage, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { parseTemplate } from "../../deploy/cloudformation-yaml.ts"

export const apiId = "a1b2c3d4e5"
export const newcomersRoutes: readonly string[] = ["orders", "customers", "invoices", "products"].flatMap((name) => [
  ...[`GET /${name}`, `POST /${name}`, `GET /${name}/{id}`, `PUT /${name}/{id}`, `DELETE /${name}/{id}`],
])
const functionArn = "arn:aws:lambda:eu-west-1:123456789012:function:hallpass-AuthorizerFunction-AbCdEf:live"

interface Route {
  readonly RouteId: string
  readonly RouteKey: string
  AuthorizationType: string
  AuthorizerId?: string
}

/** A stack, as `aws cloudformation deploy` sends it. */
export interface DeployedStack {
  readonly name: string
  readonly capabilities: readonly string[]
  readonly parameters: { readonly [name: string]: string }
  readonly template: { readonly Resources: { readonly [name: string]: { readonly Properties: { CodeUri?: string } } } }
}

/** An account with one HTTP API without an authorizer, as the AWS CLI and the SDK see it. */
export class StubbedAws {
  /** What changed something, in order. */
  readonly calls: string[] = []
  readonly routes: readonly Route[]
  readonly authorizers: { [name: string]: unknown }[] = []
  readonly objects: Map<string, Buffer> = new Map()
  stack: DeployedStack | undefined
  #statement: string | undefined
  readonly #server: Server = createServer((request, response) => {
    bodyOf(request)
      .then((body) => this.#answer(request.method ?? "", new URL(request.url ?? "", "http://aws"), body))
      .catch((error: Error) => ({ status: 501, body: error.message }))
      .then(({ status, body = "" }) => response.writeHead(status, { etag: '"e"' }).end(body))
  })

  constructor(routes: readonly string[]) {
    this.routes = routes.map((RouteKey, at) => ({ RouteId: `r${at}`, RouteKey, AuthorizationType: "NONE" }))
  }

  /** @returns the variables that lead the AWS CLI and the SDK here */
  async start(): Promise<{ readonly [name: string]: string }> {
    this.#server.listen(0, "127.0.0.1")
    await once(this.#server, "listening")
    const { port } = this.#server.address() as AddressInfo
    const keys = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test", AWS_SESSION_TOKEN: "" }
    const region = { AWS_REGION: "eu-west-1", AWS_DEFAULT_REGION: "eu-west-1", AWS_EC2_METADATA_DISABLED: "true" }
    return { ...keys, ...region, AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`, AWS_CONFIG_FILE: "none" }
  }

  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  #answer(method: string, { pathname: path }: URL, body: Buffer): { status: number; body?: string } {
    const ok = (value: unknown): { status: number; body: string } => ({ status: 200, body: JSON.stringify(value) })
    const call = `${method} ${path.replace(/\/r\d+$/, "/ROUTE")}`
    if (path === "/") return this.#cloudFormation(new URLSearchParams(body.toString()))
    if (path.startsWith("/BUCKET/")) {
      if (method === "HEAD") return { status: 404 }
      this.objects.set(path, body)
      this.calls.push(`${method} s3://BUCKET`)
      return { status: 200 }
    }
    if (method !== "GET") this.calls.push(call)
    switch (call) {
      case `GET /v2/apis/${apiId}`:
        return ok({ apiId, name: "orders", protocolType: "HTTP" })
      case `GET /v2/apis/${apiId}/routes`:
        return ok({ items: this.routes.map(inCamelCase) })
      case `GET /v2/apis/${apiId}/stages`:
        return ok({ items: [{ stageName: "$default", autoDeploy: true }] })
      case `GET /v2/apis/${apiId}/authorizers`:
        return ok({ items: this.authorizers })
      case `POST /v2/apis/${apiId}/authorizers`:
        this.authorizers.push({ authorizerId: "auth1", ...JSON.parse(body.toString()) })
        return ok({ authorizerId: "auth1" })
      case `PATCH /v2/apis/${apiId}/routes/ROUTE`: {
        const { authorizationType: AuthorizationType, authorizerId: AuthorizerId } = JSON.parse(body.toString())
        const route = this.routes.find(({ RouteId }) => path.endsWith(`/${RouteId}`))
        return ok(Object.assign(route ?? {}, { AuthorizationType, AuthorizerId }))
      }
      case `GET /2015-03-31/functions/${encodeURIComponent(functionArn)}/policy`:
        if (this.#statement === undefined)
          return { status: 404, body: JSON.stringify({ __type: "ResourceNotFoundException" }) }
        return ok({ Policy: JSON.stringify({ Statement: [{ Sid: this.#statement }] }) })
      case `POST /2015-03-31/functions/${encodeURIComponent(functionArn)}/policy`:
        this.#statement = JSON.parse(body.toString()).StatementId
        return ok({})
    }
    throw new Error(`the newcomer's path has no call ${call}`)
  }

  #cloudFormation(form: URLSearchParams): { status: number; body: string } {
    const action = form.get("Action") ?? ""
    const list = (name: string): string[] =>
      [...form].filter(([key]) => key.startsWith(`${name}.member.`)).map(([, value]) => value)
    const xml = (content: string): { status: number; body: string } => ({
      status: 200,
      body: `<${action}Response><${action}Result>${content}</${action}Result></${action}Response>`,
    })
    const named = "<StackName>hallpass</StackName><CreationTime>2026-11-30T00:00:00Z</CreationTime>"
    const output = `<OutputKey>AuthorizerFunctionArn</OutputKey><OutputValue>${functionArn}</OutputValue>`
    switch (action) {
      case "DescribeStacks":
        if (this.stack === undefined)
          return {
            status: 400,
            body: "<ErrorResponse><Error><Code>ValidationError</Code><Message>Stack with id hallpass does not exist</Message></Error></ErrorResponse>",
          }
        return xml(
          `<Stacks><member>${named}<StackStatus>CREATE_COMPLETE</StackStatus><Outputs><member>${output}</member></Outputs></member></Stacks>`,
        )
      case "CreateChangeSet": {
        const given = list("Parameters")
        const pairs = given.flatMap((value, at) => (at % 2 === 0 ? [[value, given[at + 1] ?? ""]] : []))
        this.stack = {
          name: form.get("StackName") ?? "",
          capabilities: list("Capabilities"),
          parameters: Object.fromEntries(pairs),
          template: parseTemplate(form.get("TemplateBody") ?? "") as DeployedStack["template"],
        }
        this.calls.push(action)
        return xml("<Id>arn:change</Id><StackId>arn:stack</StackId>")
      }
      case "DescribeChangeSet":
        return xml("<Status>CREATE_COMPLETE</Status><ExecutionStatus>AVAILABLE</ExecutionStatus>")
      case "ExecuteChangeSet":
        this.calls.push(action)
        return xml("")
    }
    throw new Error(`the newcomer's path has no call ${action}`)
  }
}

const inCamelCase = (route: Route): object =>
  Object.fromEntries(Object.entries(route).map(([name, value]) => [name[0]?.toLowerCase() + name.slice(1), value]))

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part)
  return Buffer.concat(parts)
}
