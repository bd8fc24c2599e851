import { spawnSync } from "node:child_process"
import { createPrivateKey, sign } from "node:crypto"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads"
import { createVerifier } from "../../src/verify.ts"
import type { ResultRow } from "../results.ts"
import { audience, benchKey, issuer } from "../tokens.ts"
import { entry } from "./growth.ts"

const megabyte = 1024 * 1024
/** With the default cache: 10,000 tokens, 32 MB. */
const mostMegabytes = 64
const batch = 2000
const file = fileURLToPath(import.meta.url)

/** Heap growth, in megabytes, after so many tokens. */
interface Sample {
  readonly tokens: number
  readonly megabytes: number
}

/** A million tokens, no two the same, each with a good signature of its own, one after the other through one verifier. */
export async function distinctTokens(quick: boolean): Promise<readonly ResultRow[]> {
  const count = quick ? 20_000 : 1_000_000
  // A process of its own: heap figures mean something after a collection only, and without what others left behind.
  const { status, stdout } = spawnSync(process.execPath, ["--expose-gc", file, String(count)], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  })
  if (status !== 0) throw new Error(`the process for distinct tokens ended with ${status}`)
  const samples = JSON.parse(stdout) as readonly Sample[]
  const most = Math.max(...samples.map(({ megabytes }) => megabytes))
  return [
    ...samples.map(
      ({ tokens, megabytes }): ResultRow => ({
        ...{ case: `distinct tokens: heap growth after ${tokens.toLocaleString("en")}`, subject: "hallpass" },
        ...{ value: megabytes, unit: "MB" },
      }),
    ),
    {
      ...{ case: `distinct tokens: most heap growth within ${count.toLocaleString("en")}`, subject: "hallpass" },
      ...{ value: most, unit: "MB", budget: mostMegabytes, holds: most <= mostMegabytes },
      note: "With the default cache of 10,000 tokens and 32 MB.",
    },
  ]
}

async function verifyAll(count: number, collect: () => void): Promise<readonly Sample[]> {
  const key = benchKey("ES256") // the fastest to sign and to verify together
  const { verify } = createVerifier({ issuers: [entry(issuer, key, [key.jwk])] })
  const privateKey = key.privateKey.export({ format: "pem", type: "pkcs8" })
  const signer = new Worker(file, { workerData: { privateKey, kid: key.jwk.kid, count } })
  const samples: Sample[] = []
  const every = Math.max(batch, count / 20)
  let verified = 0
  let before: number | undefined
  let next = once(signer, "message")
  while (verified < count) {
    const [tokens] = (await next) as [readonly string[]]
    if (before === undefined) {
      // What loads and compiles once is not growth, so an independent verifier warms up first.
      await verifyBatch(createVerifier({ issuers: [entry(issuer, key, [key.jwk])] }).verify, tokens, 0)
      collect()
      before = process.memoryUsage().heapUsed
    }
    next = once(signer, "message")
    signer.postMessage("next") // signs the next ones while these are verified
    await verifyBatch(verify, tokens, verified)
    verified += tokens.length
    if (verified % every !== 0) continue
    collect()
    samples.push({ tokens: verified, megabytes: (process.memoryUsage().heapUsed - before) / megabyte })
  }
  await signer.terminate()
  return samples
}

async function verifyBatch(
  verify: (token: string) => Promise<{ readonly subject: string }>,
  tokens: readonly string[],
  from: number,
): Promise<void> {
  for (const [index, token] of tokens.entries())
    if ((await verify(token)).subject !== subjectOf(from + index)) throw new Error("a good token has another subject")
}

function subjectOf(index: number): string {
  return `auth0|${String(index).padStart(24, "0")}`
}

/** Signs batch after batch, each when asked for. */
function signInWorker(): void {
  const { privateKey, kid } = workerData as { privateKey: string; kid: string }
  const key = createPrivateKey(privateKey)
  const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url")
  const header = encoded({ alg: "ES256", kid, typ: "JWT" })
  const iat = Math.floor(Date.now() / 1000)
  let signed = 0
  const sendBatch = (): void => {
    const tokens = Array.from({ length: batch }, () => {
      const claims = {
        ...{ iss: issuer, sub: subjectOf(signed++), aud: [audience, `${issuer}userinfo`], iat, exp: iat + 86_400 },
        ...{ azp: "NwOrdersSpa000000000000000000001", scope: "openid profile email orders:read orders:write" },
        groups: Array.from({ length: 5 }, (_, at) => `00000000-0000-4000-8000-${String(at).padStart(12, "0")}`),
      }
      const text = `${header}.${encoded(claims)}`
      return `${text}.${sign("sha256", Buffer.from(text), { key, dsaEncoding: "ieee-p1363" }).toString("base64url")}`
    })
    parentPort?.postMessage(tokens)
  }
  parentPort?.on("message", sendBatch)
  sendBatch()
}

if (!isMainThread) signInWorker()
else if (process.argv[1] === file && globalThis.gc !== undefined) {
  const { gc } = globalThis
  const samples = await verifyAll(Number(process.argv[2]), () => void gc())
  process.stdout.write(JSON.stringify(samples))
}
