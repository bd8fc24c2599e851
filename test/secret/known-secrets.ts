import { createPrivateKey } from "node:crypto"
import { checkEnvironmentSecret, checkSecretReference, checkSigningKey } from "../../src/secret/check-reference.ts"
import { extensionPort } from "../../src/secret/extension.ts"
import { SecretFailure } from "../../src/secret/failure.ts"
import { isMonotonous, type SecretFormat } from "../../src/secret/format.ts"
import { isGuessable } from "../../src/secret/guessable-key.ts"
import { hmacKeysFormat } from "../../src/secret/hmac-keys.ts"
import { joseSignature } from "../../src/secret/jose-signature.ts"
import { readVersions, splitSelector } from "../../src/secret/parameter-store.ts"
import { clientSettings, secretPlace } from "../../src/secret/secret-place.ts"
import { failureOf, kindOf } from "../../src/secret/service-failure.ts"
import { sharedSecretsFormat } from "../../src/secret/shared-secrets.ts"
import { signingKeysFormat } from "../../src/secret/signing-keys.ts"
import type { FetchedSecret, HmacKeys, SecretReference } from "../../src/types/secret-options.ts"
import { attempt, shown } from "../support/known-lines.ts"
import { keyOne, keyThree, keyTwo, sharedOne, sharedTwo } from "./values.ts"

/** What a format makes of a secret, and why it left the version before out. */
function parsed<V>(format: SecretFormat<V>, fetched: FetchedSecret, text: (value: V) => string): string {
  const left: string[] = []
  const said = attempt(() => text(format.parse(fetched, (kind) => left.push(kind))))
  return `${said}${left.length === 0 ? "" : `, left out: ${left.join(", ")}`}`
}

const keyIds = ["k1", "k2", "", "a.b_c-D9", "constructor"]
const keysText = (keys: HmacKeys): string =>
  keyIds
    .filter((id) => keys.has(id) || keys.mac(id, "text") !== undefined)
    .map(
      (id) =>
        `${id} ${Buffer.from(keys.mac(id, "text\u00e9") ?? [])
          .toString("base64url")
          .slice(0, 8)}`,
    )
    .join(", ")

function hmacLines(): readonly string[] {
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, keyOne]))
  const bytes = (count: number) => (keyOne + keyTwo + keyThree + keyOne + keyTwo).slice(0, 2 * count)
  const texts: readonly string[] = [
    ...[{ k1: keyOne }, { k1: keyOne, k2: keyTwo }, {}, { "": keyOne }, { "a b": keyOne }, { "a.b_c-D9": keyOne }],
    ...[{ ["k".repeat(64)]: keyOne }, { ["k".repeat(65)]: keyOne }, { k1: keyOne.toUpperCase() }, { k1: `${keyOne} ` }],
    ...[{ k1: keyOne.slice(1) }, { k1: `${keyOne.slice(1)}g` }, { k1: "" }, { k1: null }, { k1: [keyOne] }, { k1: 7 }],
    ...[31, 32, 128, 129].map((count) => ({ k1: bytes(count) })),
    ...[
      many(16),
      many(17),
      { k1: "00".repeat(32) },
      { k1: keyOne, k2: "x" },
      [keyOne],
      keyOne,
      null,
      7,
      [],
      { k1: keyOne, k2: "00" },
    ],
  ].map((value) => JSON.stringify(value))
  const all = [...texts, "", " ", "{", `\ufeff${texts[0]}`, ` ${texts[0]}\n`, `{"k1":"${keyOne}","k1":"${keyTwo}"}`]
  const long = [65_536, 65_537].map((length) => (texts[0] as string).padEnd(length, " "))
  const name = (text: string): string =>
    shown(text.replaceAll(keyOne, "ONE").replaceAll(keyTwo, "TWO").replaceAll(keyThree, "THREE"))
  const before = [
    "",
    "x",
    JSON.stringify({ k2: keyTwo }),
    JSON.stringify({ k1: keyTwo }),
    JSON.stringify({ k2: "00".repeat(32) }),
  ]
  return [
    ...[...all, ...long].map(
      (current) => `hmac keys ${name(current)}: ${parsed(hmacKeysFormat, { current }, keysText)}`,
    ),
    ...before.map(
      (previous) =>
        `hmac keys after ${name(previous)}: ${parsed(hmacKeysFormat, { current: texts[0] as string, previous }, keysText)}`,
    ),
    `hmac keys that are no text: ${parsed(hmacKeysFormat, { current: 7 } as unknown as FetchedSecret, keysText)}`,
    `hmac keys that are wrong after good ones: ${parsed(hmacKeysFormat, { current: "x", previous: texts[0] as string }, keysText)}`,
    `hmac keys: ${hmacKeysFormat.expected}`,
  ]
}

function sharedLines(): readonly string[] {
  const candidates = [
    sharedOne,
    sharedTwo,
    "",
    `${sharedOne} `,
    sharedOne.toLowerCase(),
    "abcdefghijklmnop",
    `{${sharedOne}`,
  ]
  const longest = (sharedOne + sharedTwo).repeat(60).slice(0, 4096)
  const texts = [
    ...[
      sharedOne,
      `${sharedOne}\n`,
      `${sharedOne}\r\n`,
      `${sharedOne}\n\n`,
      `${sharedOne}\r`,
      ` ${sharedOne}`,
      `${sharedOne} `,
    ],
    ...[
      JSON.stringify([sharedOne]),
      JSON.stringify([sharedOne, sharedTwo]),
      `${JSON.stringify([sharedOne])}\n`,
      `\ufeff${sharedOne}`,
    ],
    ...[
      "",
      "[]",
      "[",
      "[7]",
      '[""]',
      "[null]",
      JSON.stringify([[sharedOne]]),
      `{"a":"${sharedOne}"}`,
      `{${sharedOne}`,
      `"${sharedOne}"`,
    ],
    ...[
      "abcdefghijklmno",
      "abcdefghijklmnop",
      "aaaaaaaaaaaaaaaa",
      "abcdefgabcdefgabcdefg",
      "abcdefghabcdefgh",
      "a b c d e f g h i",
    ],
    ...[
      "abcdefghijklmno\u00e9",
      "abcdefgh\tijklmnop",
      "abcdefghijklmnop\u007f",
      "abcdefgh ijklmnop",
      "~!abcdefghijklmn",
    ],
    ...[
      longest,
      `${longest}x`,
      JSON.stringify(Array.from({ length: 16 }, () => sharedOne)),
      JSON.stringify(Array.from({ length: 17 }, () => sharedOne)),
    ],
    JSON.stringify([sharedOne, "short"]),
  ]
  const name = (text: string): string => shown(text.replaceAll(sharedOne, "ONE").replaceAll(sharedTwo, "TWO"))
  const matched = (format: { matches(candidate: string): boolean }): string =>
    `matches ${[...candidates, longest, `${longest}x`].flatMap((candidate, at) => (format.matches(candidate) ? [at] : [])).join(", ")}`
  return [
    ...texts.map((current) => `shared secrets ${name(current)}: ${parsed(sharedSecretsFormat, { current }, matched)}`),
    ...[sharedTwo, "x", "aaaaaaaaaaaaaaaa", "{}"].map(
      (previous) =>
        `shared secrets after ${name(previous)}: ${parsed(sharedSecretsFormat, { current: sharedOne, previous }, matched)}`,
    ),
    `shared secrets: ${sharedSecretsFormat.expected}`,
  ]
}

/** Private keys of P-256 whose number is this octet 32 times. They are for tests, and guard nothing. */
function privateJwk(octet: number): { readonly [member: string]: unknown } {
  const oid = Buffer.from("06082a8648ce3d030107", "hex")
  const secret = Buffer.concat([
    Buffer.from("30310201010420", "hex"),
    Buffer.alloc(32, octet),
    Buffer.from("a00a", "hex"),
    oid,
  ])
  return createPrivateKey({ key: secret, format: "der", type: "sec1" }).export({ format: "jwk" }) as {
    [member: string]: unknown
  }
}

function signingLines(): readonly string[] {
  const [one, two] = [privateJwk(1), privateJwk(2)]
  const { d, ...publicHalf } = one
  const pem = createPrivateKey({ key: one, format: "jwk" } as never).export({ format: "pem", type: "pkcs8" }) as string
  const rows: readonly (readonly [name: string, current: string, previous?: string])[] = [
    ["a JWK", JSON.stringify(one)],
    ["a PEM", pem],
    ["a PEM behind blanks", `\n ${pem}`],
    ["a PEM without its end", pem.slice(0, 60)],
    ["text before a PEM", `x ${pem}`],
    ["a set of one", JSON.stringify({ keys: [one] })],
    ["a set of two", JSON.stringify({ keys: [two, one] })],
    ["a set of eight", JSON.stringify({ keys: Array.from({ length: 8 }, (_, at) => privateJwk(at + 1)) })],
    ["a set of nine", JSON.stringify({ keys: Array.from({ length: 9 }, (_, at) => privateJwk(at + 1)) })],
    ["an empty set", JSON.stringify({ keys: [] })],
    ["a set that is no list", JSON.stringify({ keys: one })],
    ["a set with nothing in it", JSON.stringify({ keys: [null] })],
    ["a list", JSON.stringify([one])],
    ...["", "null", "7", '"x"', "{}", "{"].map((text) => [shown(text), text] as const),
    ["no private half", JSON.stringify(publicHalf)],
    ["a private half that is no text", JSON.stringify({ ...one, d: 7 })],
    ["an empty private half", JSON.stringify({ ...one, d: "" })],
    ["a private half of another key", JSON.stringify({ ...one, d: two.d })],
    ...[
      { kty: "RSA" },
      { kty: "OKP" },
      { crv: "P-384" },
      { alg: "ES256" },
      { alg: "ES384" },
      { alg: null },
      { use: "sig" },
    ].map((change) => [shown(change), JSON.stringify({ ...one, ...change })] as const),
    ...[
      { use: "enc" },
      { key_ops: ["sign"] },
      { key_ops: ["verify"] },
      { key_ops: ["verify", "sign"] },
      { key_ops: "sign" },
      { key_ops: [] },
    ].map((change) => [shown(change), JSON.stringify({ ...one, ...change })] as const),
    [
      "a published key",
      JSON.stringify({
        kty: "EC",
        crv: "P-256",
        x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        d: "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
      }),
    ],
    [
      "another published key",
      JSON.stringify({
        ...{ kty: "EC", crv: "P-256", x: "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4" },
        y: "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
        d: "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE",
      }),
    ],
    ["another before it", JSON.stringify(one), JSON.stringify(two)],
    ["the same before it", JSON.stringify(one), JSON.stringify({ keys: [one, two] })],
    ["a wrong one before it", JSON.stringify(one), "x"],
    ["the same twice", JSON.stringify({ keys: [one, two, one] })],
  ]
  return [
    ...rows.map(([name, current, previous]) => {
      const fetched = previous === undefined ? { current } : { current, previous }
      return `signing keys ${name}: ${parsed(signingKeysFormat, fetched, (keys) => keys.map(({ jwk }) => jwk.kid.slice(0, 6)).join(", "))}`
    }),
    `signing key as it is published: ${JSON.stringify(signingKeysFormat.parse({ current: JSON.stringify(one) })[0]?.jwk)}`,
    `signing keys: ${signingKeysFormat.expected}`,
  ]
}

function guessableLines(): readonly string[] {
  const octets = (make: (at: number) => number, length = 32): Buffer =>
    Buffer.from(Array.from({ length }, (_, at) => make(at) & 0xff))
  const random = Buffer.from(keyOne, "hex")
  const mixed = (count: number, filler: number): Buffer =>
    Buffer.concat([random.subarray(0, 32 - count), Buffer.alloc(count, filler)])
  const keys: readonly (readonly [name: string, key: Buffer])[] = [
    ["random", random],
    ["random, 128 bytes", Buffer.from(keyOne + keyTwo + keyThree + keyOne.split("").reverse().join(""), "hex")],
    ["random twice", Buffer.concat([random, random])],
    ["counting up", octets((at) => at + 7)],
    ["counting by threes", octets((at) => 3 * at + 1)],
    ["counting down", octets((at) => 250 - at)],
    ["squares", octets((at) => at * at)],
    ["cubes", octets((at) => at * at * at)],
    ["powers of three", octets((at) => 3 ** at % 256)],
    ["words of 16 bits counting", octets((at) => (at % 2 === 0 ? 0xa5 : at))],
    ["a block of 9 octets repeated", octets((at) => random[at % 9] as number)],
    ["a block of 16 octets repeated", octets((at) => random[at % 16] as number)],
    ["a block of 17 octets repeated", octets((at) => random[at % 17] as number)],
    ["a block that counts", octets((at) => (random[at % 8] as number) + (at >> 3))],
    ["published", octets((at) => at)],
    ["the same reversed", octets((at) => 31 - at)],
    ...[7, 8, 9].map((count) => [`random with ${count} zeros`, mixed(count, 0)] as const),
    ...[8, 9].map((count) => [`random with ${count} times 255`, mixed(count, 0xff)] as const),
    ...[27, 28, 29].map(
      (count) =>
        [
          `${count} letters and random`,
          Buffer.concat([
            Buffer.from("The quick brown fox jumps over".slice(0, count)),
            Buffer.from([0x81, 0xfe, 0xc0, 0x90, 0xf5]).subarray(0, 32 - count),
          ]),
        ] as const,
    ),
    ["text", Buffer.from("correct horse battery staple, 42!")],
    ["text in UTF-8", Buffer.from("安全的密钥不是一段中文文字")],
    ["text in UTF-8 with tabs, line ends and zeros", Buffer.from("安全的\t密钥\r\n不是一段中文\0\0")],
    ["text in UTF-8 with a control character", Buffer.from("安全的密钥不是一段中文\u0001")],
    ["text in UTF-8 with a character of C1", Buffer.from("安全的密钥不是一段中文\u0085")],
    [
      "ten hexadecimal digits",
      Buffer.from(
        keyOne.replace(/[a-f]/g, (digit) => `${digit.charCodeAt(0) - 97}`),
        "hex",
      ),
    ],
    [
      "eleven hexadecimal digits",
      Buffer.from(
        keyOne.replace(/[b-f]/g, (digit) => `${digit.charCodeAt(0) - 97}`),
        "hex",
      ),
    ],
  ]
  const texts = ["", "aaaaaaaa", "abcdefg", "abcdefgh", "abcdefgabcdefg", "aabbccddeeffgghh"]
  return [
    ...keys.map(([name, key]) => `key ${name}: ${isGuessable(key) ? "guessable" : "good"}`),
    ...texts.map((text) => `monotonous ${shown(text)}: ${isMonotonous(text)}`),
  ]
}

/** Reports of a check, in one line. */
function checked(check: (report: (path: string, remedy: string) => void) => unknown): string {
  const problems: string[] = []
  const value = check((path, remedy) => problems.push(`${path} ${remedy}`))
  return [shown(value), ...problems].join("; ")
}

function referenceLines(): readonly string[] {
  const arn = (service: string, rest: string) => `arn:aws:${service}:eu-west-1:123456789012:${rest}`
  const id = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
  const references: readonly unknown[] = [
    ...["A", "ORIGIN_SECRETS", "_a9", "9a", "a-b", "", " A", "A\n", "a".repeat(256), "a".repeat(257), 7, null].map(
      (env) => ({ env }),
    ),
    ...[
      "edge/hmac",
      "a",
      "",
      "a b",
      "a:b",
      "/_+=.@-",
      "a".repeat(512),
      "a".repeat(513),
      arn("secretsmanager", "secret:edge/hmac-AbCdEf"),
    ].map((secretsManager) => ({ secretsManager })),
    ...[
      arn("secretsmanager", "secret:"),
      arn("ssm", "secret:a"),
      arn("secretsmanager", "a"),
      `x${arn("secretsmanager", "secret:a")}`,
    ].map((secretsManager) => ({ secretsManager })),
    ...[
      "/edge/hmac",
      "hmac",
      "/edge/hmac:3",
      "/edge/hmac:",
      "/edge/hmac:a:b",
      "/a b",
      "",
      ":3",
      "a".repeat(1011),
      "a".repeat(1012),
    ].map((ssm) => ({ ssm })),
    ...[
      `a:${"l".repeat(100)}`,
      `a:${"l".repeat(101)}`,
      arn("ssm", "parameter/edge"),
      arn("ssm", "parameter/edge:3"),
      arn("ssm", "edge"),
      "a:é",
    ].map((ssm) => ({ ssm })),
    ...[
      id,
      `mrk-${"0".repeat(32)}`,
      `mrk-${"0".repeat(31)}`,
      "alias/a",
      arn("kms", `key/${id}`),
      arn("kms", "alias/a"),
      id.toUpperCase(),
      `x${id}`,
      `${id}x`,
      `x${arn("kms", `key/${id}`)}`,
      `${id} `,
    ].map((kms) => ({ kms })),
    ...[
      {},
      { env: "A", ssm: "a" },
      { value: "x" },
      { env: "A", value: "x" },
      null,
      "A",
      [],
      7,
      undefined,
      Object.create({ env: "A" }),
    ],
  ]
  const environment: { readonly [name: string]: string } = {
    GOOD: sharedOne,
    EMPTY: "",
    WEAK: "aaaaaaaaaaaaaaaaaaaa",
    WRONG: "{}",
  }
  const named = [...Object.keys(environment), "NONE"].map((env): SecretReference => ({ env }))
  return [
    ...references.map(
      (value) => `secret at ${shown(value)}: ${checked((report) => checkSecretReference(value, "at", report))}`,
    ),
    ...references.map(
      (value) => `signing key at ${shown(value)}: ${checked((report) => checkSigningKey(value, "at", report))}`,
    ),
    ...[...named, { ssm: "a" }].map(
      (reference) =>
        `environment ${shown(reference)}: ${checked((report) => checkEnvironmentSecret(reference, sharedSecretsFormat, "at", report, environment))}`,
    ),
    `a fault of a format: ${attempt(() => checkEnvironmentSecret({ env: "GOOD" }, { expected: "x", parse: () => Object.keys(null as never) }, "at", () => undefined, environment))}`,
  ]
}

async function serviceLines(): Promise<readonly string[]> {
  const names = [
    ...[
      "ResourceNotFoundException",
      "ParameterNotFound",
      "ParameterVersionNotFound",
      "NotFoundException",
      "xParameterNotFound",
    ],
    ...[
      "ParameterNotFounds",
      "ThrottlingException",
      "Throttled",
      "TooManyRequestsException",
      "RequestLimitExceeded",
      "LimitExceededException",
    ],
    ...[
      "xThrottlingException",
      "AccessDeniedException",
      "AccessDenied",
      "NotAuthorizedException",
      "UnrecognizedClientException",
    ],
    ...[
      "ExpiredTokenException",
      "InvalidSignatureException",
      "CredentialsProviderError",
      "DecryptionFailure",
      "InvalidKeyId",
    ],
    ...[
      "DisabledException",
      "KMSInvalidStateException",
      "InvalidKeyUsageException",
      "xAccessDenied",
      "TimeoutError",
      "AbortError",
    ],
    ...["RequestTimeout", "xTimeoutError", "InternalServiceError", "Error", "", "InternalServiceErrorException"],
  ]
  const errors: readonly unknown[] = [
    ...[
      undefined,
      null,
      7,
      "x",
      {},
      new SecretFailure("weak"),
      { name: 7 },
      { code: "ECONNREFUSED" },
      { code: "EX_1" },
      { code: 7 },
    ],
    ...[
      { code: "xECONN" },
      { code: "ECONNx" },
      { code: "E" },
      { name: "AccessDenied", code: "ECONNREFUSED" },
      { name: "Error", code: "ENOTFOUND" },
    ],
    ...[
      { $metadata: { httpStatusCode: 429 } },
      { name: "AccessDenied", $metadata: { httpStatusCode: 429 } },
      { $metadata: { httpStatusCode: 500 } },
    ],
    ...[{ $metadata: {} }, { $metadata: null }],
  ]
  const places = [
    ...["a", "a:3", "/a/b:label", "a:b:c", ":3", "a:", "arn:aws:ssm:eu-west-1:123456789012:parameter/a", "a/b:c/d"],
    ...[
      "arn:aws:ssm:eu-west-1:123456789012:parameter/a/b:3",
      "arn:aws:ssm:eu-west-1:123456789012:x",
      "arn:x/y",
      "xarn:a/b:3",
    ],
  ]
  const regions = [
    ...[
      "arn:aws:ssm:eu-west-1:123456789012:parameter/a",
      "arn:aws-us-gov:kms:us-gov-west-1:1:key/x",
      "a",
      "",
      "arn:aws:ssm::1:x",
    ],
    ...[
      "xarn:aws:ssm:eu-west-1:1:x",
      "arn:aws:ssm:EU:1:x",
      "arn:aws:ssm:eu-west-1",
      "arn:aws:s-m:eu-west-1:1:x",
      "arn::ssm:eu-west-1:1:x",
    ],
  ]
  const token = { AWS_SESSION_TOKEN: "t" }
  const port = "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT"
  const environments = [
    ...[
      {},
      token,
      { [port]: "2773" },
      { ...token, [port]: "2773" },

      { ...token, [port]: "65535" },
    ],
    ...[
      { ...token, [port]: "123456" },
      { ...token, [port]: "" },
      { ...token, [port]: "x1" },
      { ...token, [port]: "1x" },
      { AWS_SESSION_TOKEN: "", [port]: "1" },
    ],
  ]
  const answers: readonly (readonly [name: string, place: string, first: unknown, second: unknown])[] = [
    ["one version", "a", { Value: "x", Version: 1 }, { Value: "y" }],
    ["two versions", "a", { Value: "x", Version: 2 }, { Value: "y" }],
    ["three versions", "a", { Value: "x", Version: 3 }, { Value: "y" }],
    ["a version that is selected", "a:2", { Value: "x", Version: 2 }, { Value: "y" }],
    ["no number", "a", { Value: "x" }, { Value: "y" }],
    ["a number as a text", "a", { Value: "x", Version: "2" }, { Value: "y" }],
    ["no value", "a", { Version: 2 }, { Value: "y" }],
    ["a value that is no text", "a", { Value: 7, Version: 2 }, { Value: "y" }],
    ["nothing", "a", undefined, { Value: "y" }],
    ["nothing before", "a", { Value: "x", Version: 2 }, undefined],
    ["no value before", "a", { Value: "x", Version: 2 }, {}],
    ["not found before", "a", { Value: "x", Version: 2 }, new SecretFailure("not_found")],
    ["malformed before", "a", { Value: "x", Version: 2 }, new SecretFailure("malformed")],
    ["denied before", "a", { Value: "x", Version: 2 }, new SecretFailure("denied")],
  ]
  const read = async ([name, place, ...said]: (typeof answers)[number]): Promise<string> => {
    const asked: string[] = []
    const get = async (...question: [string, string | undefined]) => {
      asked.push(question.join(" "))
      const answer = said[asked.length - 1]
      if (answer instanceof Error) throw answer
      return answer as { Value?: string; Version?: number }
    }
    const result = await readVersions(place, get).then(shown, (error: Error) => error.message)
    return `parameter ${name}: ${result}, asked ${asked.join(", ")}`
  }
  return [
    ...names.map((name) => `service says ${shown(name)}: ${kindOf(name)}`),
    ...errors.map(
      (error) =>
        `error ${error instanceof Error ? error.message : shown(error)}: ${attempt(() => failureOf(error).kind)}`,
    ),
    ...places.map((place) => `parameter ${shown(place)}: ${shown(splitSelector(place))}`),
    ...regions.map((place) => `client for ${shown(place)}: ${shown(clientSettings(place))}`),
    ...[{ ssm: "a" }, { secretsManager: "b" }].map(
      (each) => `place ${shown(each)}: ${secretPlace(each as { ssm: string })}`,
    ),
    ...environments.map((environment) => `extension with ${shown(environment)}: ${shown(extensionPort(environment))}`),
    ...(await Promise.all(answers.map(read))),
  ]
}

function signatureLines(): readonly string[] {
  const integer = (...octets: number[]): number[] => [0x02, octets.length, ...octets]
  const sequence = (...octets: number[]): number[] => [0x30, octets.length, ...octets]
  const full = (first: number): number[] => [first, ...new Array<number>(31).fill(0x11)]
  const forms: readonly (readonly number[])[] = [
    ...[
      sequence(...integer(1), ...integer(2)),
      sequence(...integer(0), ...integer(1)),
      sequence(...integer(0, 0x80), ...integer(0, 0xff)),
    ],
    ...[
      sequence(...integer(0, 0x7f), ...integer(1)),
      sequence(...integer(0x7f), ...integer(0x7f)),
      sequence(...integer(0x80), ...integer(1)),
    ],
    ...[sequence(...integer(1), ...integer(0x80)), sequence(...integer(...full(0x7f)), ...integer(...full(1)))],
    ...[
      sequence(...integer(0, ...full(0x80)), ...integer(0, ...full(0xff))),
      sequence(...integer(1, ...full(0x80)), ...integer(1)),
    ],
    ...[
      sequence(...integer(0, 0, ...full(0x80)), ...integer(1)),
      sequence(...integer(), ...integer(1)),
      sequence(...integer(1), ...integer()),
    ],
    ...[
      sequence(...integer(1)),
      sequence(),
      [],
      [0x30],
      [0x30, 0],
      [0x31, 6, ...integer(1), ...integer(1)],
      [0x30, 7, ...integer(1), ...integer(1)],
    ],
    ...[
      [0x30, 5, ...integer(1), ...integer(1)],
      [...sequence(...integer(1), ...integer(1)), 0],
      sequence(3, 1, 1, ...integer(1)),
    ],
    ...[
      sequence(...integer(1), 2, 2, 1),
      sequence(...integer(1), 2, 0x81, 1, 1),
      sequence(...integer(1), ...integer(1), 0),
    ],
  ]
  return forms.map((der) => {
    const hex = Buffer.from(der).toString("hex")
    return `signature ${hex}: ${attempt(() =>
      Buffer.from(joseSignature(Uint8Array.from(der)))
        .toString("hex")
        .replace(/0{8,}/g, "…"),
    )}`
  })
}

/** What is read of each form of a secret, of where it is, and of what a service says. */
export async function knownSecrets(): Promise<readonly string[]> {
  return [
    ...[...hmacLines(), ...sharedLines(), ...signingLines(), ...guessableLines(), ...referenceLines()],
    ...[...(await serviceLines()), ...signatureLines()],
  ]
}
