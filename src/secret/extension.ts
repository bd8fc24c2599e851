import type { IncomingMessage } from "node:http"
import type { FetchedSecret, FetchSecret } from "../types/secret-options.ts"
import { SecretFailure } from "./failure.ts"
import { readVersions } from "./parameter-store.ts"
import { absent } from "./secret-versions.ts"
import { failureOf, kindOf } from "./service-failure.ts"

// https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets_lambda.html
// https://docs.aws.amazon.com/systems-manager/latest/userguide/ps-integration-lambda-extensions.html
const binary = "/opt/extensions/AWSParametersAndSecretsLambdaExtension"
const defaultPort = 2773
const maxAnswerBytes = 262_144

/** The extension is not there, not there yet, or says something that only the service itself can explain. */
class NoAnswer extends Error {
  override readonly name: string = "NoAnswer"
}

/**
 * The port of the extension's local endpoint, or undefined if nothing speaks for it. The request carries the
 * function's session token, so it goes to a port only if the layer is there or a variable names the port.
 */
export function extensionPort(environment: { readonly [name: string]: string | undefined }): number | undefined {
  if (!environment.AWS_SESSION_TOKEN) return undefined
  const named = environment.PARAMETERS_SECRETS_EXTENSION_HTTP_PORT
  if (named && /^\d{1,5}$/.test(named)) return Number(named)
  return process.getBuiltinModule("node:fs").existsSync(binary) ? defaultPort : undefined
}

/**
 * A secret through the extension.
 *
 * @returns undefined if the SDK has to be asked: the port is closed, the extension is not ready (as during the
 *   function's initialisation), or its answer cannot be interpreted
 * @throws SecretFailure (rejects)
 */
export async function fetchFromExtension(
  reference: Parameters<FetchSecret>[0],
  port: number,
  signal: AbortSignal,
): Promise<FetchedSecret | undefined> {
  try {
    if ("ssm" in reference) return await readVersions(reference.ssm, (...asked) => parameter(port, signal, ...asked))
    // The extension keeps each version for up to five minutes. The version before is asked for first, so that it
    // expires first. A new current version with an outdated previous one would lack the value that is still in use.
    const previous = await version(port, signal, reference.secretsManager, "AWSPREVIOUS").catch(absent)
    const current = await version(port, signal, reference.secretsManager, "AWSCURRENT")
    return previous === undefined ? { current } : { current, previous }
  } catch (error) {
    if (error instanceof NoAnswer) return undefined
    throw failureOf(error)
  }
}

async function version(port: number, signal: AbortSignal, secretId: string, versionStage: string): Promise<string> {
  const answer = await get(port, signal, "/secretsmanager/get", { secretId, versionStage })
  const text = (answer as { SecretString?: unknown } | null)?.SecretString
  if (typeof text !== "string") throw new SecretFailure("malformed")
  return text
}

async function parameter(
  port: number,
  signal: AbortSignal,
  name: string,
  selector: string | undefined,
): Promise<{ Value?: string; Version?: number } | undefined> {
  const select = selector === undefined ? {} : { [/^\d+$/.test(selector) ? "version" : "label"]: selector }
  const query = { name, withDecryption: "true", ...select }
  const answer = await get(port, signal, "/systemsmanager/parameters/get", query)
  return (answer as { Parameter?: { Value?: string; Version?: number } } | null)?.Parameter
}

/** One request to the local endpoint. @throws NoAnswer, SecretFailure (rejects) */
async function get(
  port: number,
  signal: AbortSignal,
  path: string,
  query: { [name: string]: string },
): Promise<unknown> {
  const { status, body } = await send(port, signal, `${path}?${new URLSearchParams(query)}`)
  if (status === 200) {
    try {
      return JSON.parse(body)
    } catch {
      throw new NoAnswer()
    }
  }
  // The extension passes on what the service said, with the name of the error somewhere in it.
  const kind = kindOf(/\b[A-Z][A-Za-z]{3,60}(?:Exception|NotFound|Error)\b/.exec(body)?.[0] ?? "")
  if (kind === "service") throw new NoAnswer()
  throw new SecretFailure(kind)
}

function send(port: number, signal: AbortSignal, path: string): Promise<{ status: number; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>()
  const headers = { "x-aws-parameters-secrets-token": process.env.AWS_SESSION_TOKEN ?? "" }
  // No pooled agent: a kept-alive socket would not survive a freeze of the environment.
  const { request } = process.getBuiltinModule("node:http")
  const outgoing = request({ host: "localhost", port, path, headers, signal, agent: false })
  const fail = (error: unknown): void => {
    const code = (error as { code?: unknown }).code
    if (signal.aborted) reject(new SecretFailure("timeout"))
    else reject(code === "ECONNREFUSED" ? new NoAnswer() : error)
  }
  outgoing.on("error", fail)
  outgoing.on("response", (response) => {
    response.on("error", fail)
    readBody(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), fail)
  })
  outgoing.end()
  return promise
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxAnswerBytes) throw new SecretFailure("malformed")
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString("utf8")
}
