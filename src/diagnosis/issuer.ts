import type { CheckedIssuer } from "../configuration/check-issuers.ts"
import { importKeys } from "../keys/accept-key-set.ts"
import { type FetchedDocument, mayFetch } from "../keys/document.ts"
import { freshForMs, maxAgeOf } from "../keys/freshness.ts"
import { importJwk } from "../keys/jwk.ts"
import type { KeyPolicy } from "../keys/settings.ts"
import { judgeCertificate } from "./certificate.ts"
import { discoveryGuesses, judgeAlgorithms, judgeIssuer } from "./discovery.ts"
import { judgeClock, judgeLatency, objectIn } from "./documents.ts"
import { Findings, gradeOf, type IssuerDiagnosis, shown } from "./finding.ts"
import { judgeKeys } from "./keys.ts"
import { type Probe, type ProbeTools, probe } from "./probe.ts"

type Facts = { -readonly [name in keyof IssuerDiagnosis["facts"]]: IssuerDiagnosis["facts"][name] }
type Document = { readonly [member: string]: unknown }

/** Largest discovery document, as the authorizer reads it. Bytes. */
const maxMetadataBytes = 65_536

/** Looks at an issuer's discovery document, key set, certificate and clock. Never rejects for what the issuer does. */
export async function examineIssuer(
  { profile, keyPolicy, path }: CheckedIssuer,
  tools: ProbeTools,
): Promise<IssuerDiagnosis> {
  const findings = new Findings()
  const facts: Facts = {}
  const { keyPlace } = profile
  if ("jwks" in keyPlace) {
    const { keys } = keyPlace.jwks as { readonly keys: readonly unknown[] }
    const results = keys.map((jwk) => importJwk(jwk, profile.algorithms))
    facts.keys = judgeKeys({ members: keys, results, count: keys.length }, profile, findings)
    findings.info("keys", "The keys are in the configuration: nothing is fetched, and a new key needs a deployment.")
  } else {
    const discovered = await examineDiscovery({ profile, keyPolicy }, tools, findings, facts)
    const url = "jwksUri" in keyPlace ? keyPlace.jwksUri : jwksUriOf(discovered, keyPolicy, findings)
    if (url !== undefined) {
      judgePlace(url, discovered, findings)
      await examineKeySet(url, { profile, keyPolicy }, tools, findings, facts, "discoveryUrl" in keyPlace)
    }
  }
  return { issuer: profile.name, path, grade: gradeOf(findings.list), findings: findings.list, facts }
}

type Examined = Pick<CheckedIssuer, "profile" | "keyPolicy">

/** @returns the document; undefined if there is none */
async function examineDiscovery(
  { profile, keyPolicy }: Examined,
  tools: ProbeTools,
  findings: Findings,
  facts: Facts,
): Promise<Document | undefined> {
  const { keyPlace } = profile
  const isNeeded = "discoveryUrl" in keyPlace
  const urls = isNeeded
    ? [keyPlace.discoveryUrl]
    : discoveryGuesses(profile, "jwksUri" in keyPlace ? keyPlace.jwksUri : "")
  for (const url of urls.filter((each) => mayFetch(each, keyPolicy.allowHttpLoopback))) {
    const probed = await probe(url, keyPolicy, tools, { maxBytes: Math.min(keyPolicy.maxBytes, maxMetadataBytes) })
    const read = objectIn(probed, keyPolicy)
    if ("message" in read) {
      if (isNeeded) findings.error("discovery", read.message, read.remedy)
      continue
    }
    facts.discoveryUrl = url
    if (isNeeded) judgeLatency(probed, keyPolicy, findings)
    judgeIssuer(read.object, profile, findings)
    judgeAlgorithms(read.object, profile, findings)
    // Of the same host, the key set tells both.
    await examineServer(probed, keyPolicy, tools, findings, facts)
    return read.object
  }
  if (!isNeeded && urls.length > 0)
    findings.info(
      "discovery",
      "No discovery document was found. hallpass needs none: the address of the keys is known.",
    )
  return undefined
}

function jwksUriOf(
  document: Document | undefined,
  { allowHttpLoopback }: KeyPolicy,
  findings: Findings,
): string | undefined {
  if (document === undefined) return undefined
  const { jwks_uri: url } = document
  if (typeof url === "string" && mayFetch(url, allowHttpLoopback)) return url
  findings.error(
    "discovery",
    typeof url === "string"
      ? `The discovery document names the key set ${shown(url)}, which is not fetched: only https is.`
      : "The discovery document names no key set (jwks_uri).",
    "Set jwksUri of the issuer to the address of its key set.",
  )
  return undefined
}

function judgePlace(url: string, document: Document | undefined, findings: Findings): void {
  const said = document?.jwks_uri
  if (typeof said !== "string" || said === url) return
  findings.warning(
    "discovery",
    `The discovery document names the key set ${shown(said)}; hallpass reads ${shown(url)}.`,
    "If tokens fail with key_unknown, set jwksUri of the issuer to the address in the document.",
  )
}

async function examineKeySet(
  url: string,
  { profile, keyPolicy }: Examined,
  tools: ProbeTools,
  findings: Findings,
  facts: Facts,
  discovered: boolean,
): Promise<void> {
  facts.jwksUri = url
  const probed = await probe(url, keyPolicy, tools, discovered ? { discovered } : {})
  facts.latencyMs = probed.ms
  const read = objectIn(probed, keyPolicy)
  if ("message" in read) {
    if (probed.failure?.facts.proxy !== undefined) facts.proxy = probed.failure.facts.proxy
    findings.error("key set", read.message, read.remedy)
    return
  }
  const { headers, body } = read.document
  judgeLatency(probed, keyPolicy, findings)
  try {
    const imported = await importKeys({ body, headers, validators: undefined }, profile.algorithms)
    if (imported !== undefined) facts.keys = judgeKeys(imported, profile, findings)
  } catch {
    findings.error(
      "key set",
      `${url} answers with JSON that is no key set.`,
      "Check the address: a key set has a list keys.",
    )
    return
  }
  facts.freshForSeconds = judgeCacheHeaders(headers, keyPolicy, findings)
  await examineServer(probed, keyPolicy, tools, findings, facts)
}

/** Clock and certificate of a server, each looked at once. */
async function examineServer(
  probed: Probe,
  policy: KeyPolicy,
  { toleranceSeconds, certificateOf, clock, progress }: ProbeTools,
  findings: Findings,
  facts: Facts,
): Promise<void> {
  if (facts.clockOffsetSeconds === undefined) {
    const offset = judgeClock(probed, toleranceSeconds, findings)
    if (offset !== undefined) facts.clockOffsetSeconds = offset
  }
  const { host, origin } = new URL(probed.url)
  const known =
    facts.discoveryUrl !== undefined &&
    facts.discoveryUrl !== probed.url &&
    new URL(facts.discoveryUrl).origin === origin
  if (known) return
  progress(`Looking at the certificate of ${host}`)
  const certificate = await certificateOf(probed.url, policy)
  if (certificate === undefined) return
  if (certificate.proxy !== undefined && facts.proxy === undefined) {
    facts.proxy = certificate.proxy
    findings.info("proxy", `${host} is reached through the proxy ${shown(certificate.proxy)}, as the environment says.`)
  }
  facts.certificateEnds = new Date(certificate.notAfterMs).toISOString()
  judgeCertificate(host, certificate, clock(), findings)
}

/** @returns for how long the set counts as fresh */
function judgeCacheHeaders(headers: FetchedDocument["headers"], policy: KeyPolicy, findings: Findings): number {
  const seconds = freshForMs(headers, policy) / 1000
  const maxAge = maxAgeOf(headers)
  if (maxAge === undefined)
    findings.info(
      "cache",
      `The key set has no cache header with max-age (Cache-Control): hallpass refreshes it after ${seconds} s.`,
    )
  else if (maxAge !== seconds)
    findings.info(
      "cache",
      `The key set may be cached for ${maxAge} s, as its Cache-Control says; hallpass refreshes it after ${seconds} s.`,
    )
  return seconds
}
