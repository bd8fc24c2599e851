import { generate } from "selfsigned"

/** What a TLS server shows and holds. */
export interface ServerCertificate {
  readonly key: string
  /** The leaf, and behind it what the server adds of the chain. */
  readonly cert: string
}

/** The certificates of the key servers, made once per process: nothing of them outlives a test run. */
export interface Certificates {
  /** PEM text of the authority that verifiers trust: for `keys.ca`. */
  readonly ca: string
  readonly good: ServerCertificate
  /** Good in everything, but the authority behind it is another one of the same name. */
  readonly otherAuthority: ServerCertificate
  readonly selfSigned: ServerCertificate
  readonly expired: ServerCertificate
  readonly notYetValid: ServerCertificate
  readonly otherHost: ServerCertificate
  /** Names the host as its common name only, which has not counted since RFC 6125 section 6.4.4. */
  readonly commonNameOnly: ServerCertificate
  /** Issued with the key of the good leaf, which is no authority (RFC 5280 section 4.2.1.9). */
  readonly issuedByLeaf: ServerCertificate
}

type Pair = { readonly private: string; readonly cert: string }
type Extensions = NonNullable<NonNullable<Parameters<typeof generate>[1]>["extensions"]>

const host = "127.0.0.1"
const dayMs = 86_400_000

function make(name: string, extensions: Extensions, firstDay: number, lastDay: number, issuer?: Pair): Promise<Pair> {
  return generate([{ name: "commonName", value: name }], {
    keyType: "ec",
    algorithm: "sha256",
    notBeforeDate: new Date(Date.now() + firstDay * dayMs),
    notAfterDate: new Date(Date.now() + lastDay * dayMs),
    extensions,
    ...(issuer && { ca: { key: issuer.private, cert: issuer.cert } }),
  })
}

function authority(): Promise<Pair> {
  const extensions: Extensions = [
    { name: "basicConstraints", cA: true, critical: true },
    { name: "keyUsage", keyCertSign: true, critical: true },
  ]
  return make("Key server test authority", extensions, -30, 30)
}

async function leaf(
  issuer?: Pair,
  { address = host, name = "Key server", firstDay = -1, lastDay = 1 } = {},
): Promise<Pair> {
  const extensions: Extensions = [
    { name: "basicConstraints", cA: false, critical: true },
    { name: "extKeyUsage", serverAuth: true },
    ...(address === "" ? [] : [{ name: "subjectAltName" as const, altNames: [{ type: 7 as const, ip: address }] }]),
  ]
  return make(name, extensions, firstDay, lastDay, issuer)
}

const forServer = ({ private: key, cert }: Pair, ...chain: Pair[]): ServerCertificate => ({
  key,
  cert: [cert, ...chain.map((link) => link.cert)].join("\n"),
})

async function makeAll(): Promise<Certificates> {
  const [root, other] = await Promise.all([authority(), authority()])
  const good = await leaf(root)
  return {
    ca: root.cert,
    good: forServer(good),
    otherAuthority: forServer(await leaf(other), other),
    selfSigned: forServer(await leaf()),
    expired: forServer(await leaf(root, { firstDay: -2, lastDay: -1 })),
    notYetValid: forServer(await leaf(root, { firstDay: 1, lastDay: 2 })),
    otherHost: forServer(await leaf(root, { address: "127.0.0.2" })),
    commonNameOnly: forServer(await leaf(root, { address: "", name: host })),
    issuedByLeaf: forServer(await leaf(good), good),
  }
}

let made: Promise<Certificates> | undefined

/** The certificates of this process. */
export function certificates(): Promise<Certificates> {
  made ??= makeAll()
  return made
}
