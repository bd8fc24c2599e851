import type { KMSClient } from "@aws-sdk/client-kms"
import { BackOff } from "../renewal/back-off.ts"
import { within } from "../renewal/deadline.ts"
import { nodeCrypto } from "../shared/node-crypto.ts"
import type { Source } from "../shared/value-source.ts"
import { SecretFailure } from "./failure.ts"
import { formatOf, type SecretFormat } from "./format.ts"
import { joseSignature } from "./jose-signature.ts"
import { RemoteSecret } from "./remote.ts"
import { clientSettings } from "./secret-place.ts"
import type { SecretSourceParts } from "./secret-source.ts"
import { failureOf } from "./service-failure.ts"
import { publicJwk, type SigningKey } from "./signing-keys.ts"

const { createHash, createPublicKey } = nodeCrypto

/** A client with the constructors of its commands, which are loaded with it. */
interface Kms {
  readonly client: KMSClient
  readonly commands: typeof import("@aws-sdk/client-kms")
}

/**
 * The source of a key of AWS KMS. Its public half is fetched and renewed like a secret. Each signature is a call of its
 * own: the private half never leaves KMS.
 */
export function kmsSource(
  keyId: string,
  { policy, observer, ...renewal }: Omit<SecretSourceParts<unknown>, "reference" | "format" | "fetch" | "environment">,
): Source<readonly SigningKey[]> {
  const name = `kms:${keyId}`
  let loading: Promise<Kms> | undefined
  /** One client for all signatures. A connection that a freeze has closed costs one more attempt. */
  const call = async <T>(send: (kms: Kms, abortSignal: AbortSignal) => Promise<T>): Promise<T> => {
    try {
      loading ??= loadKms(keyId)
      // The signal ends a request. This deadline also ends what precedes one, such as a wait for credentials.
      const asked = loading.then((kms) => send(kms, AbortSignal.timeout(policy.timeoutMs)))
      return await within(policy.timeoutMs, asked, () => new SecretFailure("timeout"))
    } catch (error) {
      throw failureOf(error)
    }
  }
  // In an outage callers wait for one deadline now and then, and not each for its own.
  const backOff = new BackOff()
  let last = new SecretFailure("service")
  const sign = async (text: string): Promise<string> => {
    if (backOff.waits(renewal.clock())) throw last
    const Message = createHash("sha256").update(text).digest()
    const request = { KeyId: keyId, Message, MessageType: "DIGEST", SigningAlgorithm: "ECDSA_SHA_256" } as const
    try {
      const { Signature } = await call(({ client, commands: { SignCommand } }, abortSignal) =>
        client.send(new SignCommand(request), { abortSignal }),
      )
      const signature = Buffer.from(joseSignature(Signature ?? new Uint8Array())).toString("base64url")
      backOff.succeeded()
      return signature
    } catch (error) {
      last = error instanceof SecretFailure ? error : new SecretFailure("malformed")
      backOff.failed(renewal.clock(), 0)
      observer.secretFetch?.({ secret: name, ok: false, failure: last.kind })
      throw last
    }
  }
  const format: SecretFormat<readonly SigningKey[]> = formatOf(
    "must be a key of AWS KMS for ECC_NIST_P256 and SIGN_VERIFY",
    (base64) => [{ jwk: publicJwk(publicKey(base64)), sign }],
    (keys) => keys,
  )
  const fetch = async (): Promise<{ current: string }> => {
    const { PublicKey, KeyUsage } = await call(({ client, commands: { GetPublicKeyCommand } }, abortSignal) =>
      client.send(new GetPublicKeyCommand({ KeyId: keyId }), { abortSignal }),
    )
    if (PublicKey === undefined || KeyUsage !== "SIGN_VERIFY") throw new SecretFailure("malformed")
    return { current: Buffer.from(PublicKey).toString("base64") }
  }
  return new RemoteSecret({ ...renewal, name, format, policy, observer, fetch })
}

function publicKey(base64: string): ReturnType<typeof createPublicKey> {
  try {
    return createPublicKey({ key: Buffer.from(base64, "base64"), format: "der", type: "spki" })
  } catch {
    throw new SecretFailure("malformed")
  }
}

/** The client library. @throws SecretFailure (rejects) `client_missing` if it is not installed */
async function loadKms(keyId: string): Promise<Kms> {
  try {
    const commands = await import("@aws-sdk/client-kms")
    return { commands, client: new commands.KMSClient(clientSettings(keyId)) }
  } catch {
    throw new SecretFailure("client_missing")
  }
}
