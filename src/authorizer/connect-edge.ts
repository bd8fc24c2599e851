import type { CheckedVerification } from "../configuration/check-configuration.ts"
import type { CheckedEdge, EvidenceOptions } from "../configuration/checked-edge.ts"
import {
  type AddAttributes,
  attributeClaim,
  compileAttributes,
  compileIdentity,
  type MakePrincipal,
  type Spell,
  spellOnce,
} from "../edge/asserted-principal.ts"
import { createEdge, type EvidenceHeader, type KeptUnder, type VerifyEdge } from "../edge/edge.ts"
import type { VerifyEvidence } from "../edge/evidence/evidence.ts"
import { hmacEvidence } from "../edge/evidence/hmac.ts"
import { jwsEvidence } from "../edge/evidence/jws.ts"
import { mtlsEvidence } from "../edge/evidence/mtls.ts"
import { cidrEvidence, vpceEvidence } from "../edge/evidence/network.ts"
import { secretEvidence } from "../edge/evidence/shared-secret.ts"
import { listKeys } from "../edge/header-options.ts"
import { createSpellings } from "../edge/values/comparison.ts"
import type { SecretFormat } from "../secret/format.ts"
import { hmacKeysFormat } from "../secret/hmac-keys.ts"
import { createSecretSource } from "../secret/secret-source.ts"
import type { SecretPolicy } from "../secret/settings.ts"
import { sharedSecretsFormat } from "../secret/shared-secrets.ts"
import { readDemand } from "../shared/demand.ts"
import type { Source } from "../shared/value-source.ts"
import { makeTokenStore } from "../token/store.ts"
import type { RouteRule } from "../types/configuration.ts"
import type { SecretReference } from "../types/secret-options.ts"
import { connect } from "./connect.ts"
import { inParallel } from "./in-parallel.ts"
import type { Parts } from "./parts.ts"

/** The edge as a stage of the walk. */
export interface EdgeStage {
  readonly verify: VerifyEdge
  /** Role `identity`: the edge's user is the principal. Undefined for role `attributes`. */
  readonly principalOf: MakePrincipal | undefined
  /** Role `attributes`: what the edge asserts is added to the token's principal. */
  readonly addTo: AddAttributes
}

/** A connected edge. */
export interface ConnectedEdge {
  readonly stage: EdgeStage
  /** Fetches keys and secrets ahead. Never rejects. */
  readonly warmUp: () => Promise<void>
  /** What the edge adds to the context: key to claim. Lists that rules can demand are there by themselves. */
  readonly context: { readonly [contextKey: string]: string }
}

/** What an edge is connected with. */
export interface EdgeSurroundings {
  readonly verification: CheckedVerification
  readonly routes: { readonly [routeKey: string]: RouteRule } | undefined
  readonly parts: Parts
  /** Whether API Gateway keeps answers. */
  readonly cached: boolean
}

/** Tokens that live for seconds mean nothing with a tolerance of minutes. */
const maxToleranceSeconds = 5
/** Minted tokens repeat for seconds only. */
const maxMintedTokens = 1000

/** Connects a checked edge with its keys and secrets. Nothing is fetched before the first request or `warmUp`. */
export function connectEdge(
  { role, headers, evidence, subjectClaim, secretPolicy }: CheckedEdge,
  surroundings: EdgeSurroundings,
): ConnectedEdge {
  const connector = new EvidenceConnector(Object.values(headers).map(nameOf), secretPolicy, surroundings)
  const entries = evidence.map((entry) => connector.checksOf(entry))
  const spell = spellingsOf(surroundings.routes)
  const stage: EdgeStage = {
    verify: createEdge({
      headers,
      evidence: entries,
      // With other evidence beside it, a request may be believed although its minted token was not read.
      evidenceHeaders: evidence.flatMap((entry) => evidenceHeaders(entry, evidence.length === 1)),
      kept: surroundings.cached ? keptUnder(evidence, Object.values(headers).map(nameOf)) : undefined,
      mayBeAbsent: role === "identity" && surroundings.verification.issuers.length > 0,
    }),
    principalOf: role === "identity" ? compileIdentity(spell) : undefined,
    addTo: compileAttributes(subjectClaim, Object.keys(headers), spell),
  }
  return {
    stage,
    warmUp: () => inParallel(connector.warmUps, (warmUp) => warmUp()),
    context: contextOf(role, Object.keys(headers)),
  }
}

/** Builds the checkers of evidence; one source for each secret, however often it is named. */
class EvidenceConnector {
  readonly warmUps: (() => Promise<unknown>)[] = []
  readonly #signed: readonly string[]
  readonly #secretPolicy: SecretPolicy
  readonly #surroundings: EdgeSurroundings
  readonly #sources = new Map<string, Source<unknown>>()

  constructor(identityHeaders: readonly string[], secretPolicy: SecretPolicy, surroundings: EdgeSurroundings) {
    this.#signed = identityHeaders
    this.#secretPolicy = secretPolicy
    this.#surroundings = surroundings
  }

  checksOf({ jws, hmac, mtls, secret, vpceIds, cidrs }: EvidenceOptions): readonly VerifyEvidence[] {
    const checks: VerifyEvidence[] = [] // the cheap ones first
    if (cidrs !== undefined) checks.push(cidrEvidence(cidrs))
    if (vpceIds !== undefined) checks.push(vpceEvidence(vpceIds))
    if (secret !== undefined) {
      checks.push(secretEvidence(secret.header.toLowerCase(), this.#source(secret.values, sharedSecretsFormat)))
    }
    if (mtls !== undefined) checks.push(mtlsEvidence(mtls))
    if (hmac !== undefined) {
      const { header, keys, windowSeconds } = hmac
      const source = this.#source(keys, hmacKeysFormat)
      checks.push(hmacEvidence({ header: header.toLowerCase(), keys: source, windowSeconds, signed: this.#signed }))
    }
    if (jws !== undefined) checks.push(this.#minted(jws))
    return checks
  }

  #minted({ header, issuer, claims, windowSeconds }: NonNullable<EvidenceOptions["jws"]>): VerifyEvidence {
    const { verification, parts } = this.#surroundings
    const toleranceSeconds = Math.min(verification.clockToleranceSeconds, maxToleranceSeconds)
    const cache = { ...verification.cache, maxTokens: Math.min(verification.cache.maxTokens, maxMintedTokens) }
    // The headers' options read the claims of a minted token, so its lists for rules are not needed.
    const profile = { ...issuer.profile, scopes: [], roles: [], groups: [], permissions: [] }
    const own = { issuers: [{ ...issuer, profile }], cache, clockToleranceSeconds: toleranceSeconds }
    const { authenticate, warmUp } = connect(own, parts, undefined, makeTokenStore)
    this.warmUps.push(warmUp)
    return jwsEvidence({ header: header.toLowerCase(), verify: authenticate, claims, windowSeconds, toleranceSeconds })
  }

  #source<V>(reference: SecretReference, format: SecretFormat<V>): Source<V> {
    const name = JSON.stringify([format === hmacKeysFormat, reference])
    const known = this.#sources.get(name)
    if (known !== undefined) return known as Source<V>
    const { clock, afterAnswer, observer, secrets: fetch } = this.#surroundings.parts
    const source = createSecretSource({
      reference,
      format,
      policy: this.#secretPolicy,
      clock,
      afterAnswer,
      observer,
      fetch,
    })
    this.#sources.set(name, source)
    this.warmUps.push(async () => (source.isFresh(clock()) ? undefined : source.refreshed(clock())))
    return source
  }
}

/** As the configuration check demands them of the identity sources. */
function keptUnder(evidence: readonly EvidenceOptions[], identity: readonly string[]): KeptUnder {
  const names = evidence.flatMap(({ jws, secret }) => [
    ...[jws, secret].flatMap((part) => (part === undefined ? [] : [part.header.toLowerCase()])),
    ...(jws === undefined ? identity : []),
  ])
  return {
    headers: [...new Set(names)],
    sourceIp: evidence.some(({ cidrs }) => cidrs !== undefined),
    certificate: evidence.some(({ mtls }) => mtls !== undefined),
  }
}

function evidenceHeaders({ jws, hmac, secret }: EvidenceOptions, alone: boolean): readonly EvidenceHeader[] {
  return [
    ...(jws ? [{ name: jws.header, speaks: true, token: alone }] : []),
    ...(hmac ? [{ name: hmac.header, speaks: true }] : []),
    // A secret may hold commas; a value to which a client has added something is not it any more.
    ...(secret ? [{ name: secret.header, speaks: false, commas: true }] : []),
  ]
}

function contextOf(role: CheckedEdge["role"], keys: readonly string[]): { readonly [contextKey: string]: string } {
  const added = keys.filter((key) => !listKeys.includes(key))
  return Object.fromEntries(added.map((key) => [key, role === "identity" ? key : attributeClaim(key)]))
}

function nameOf(option: CheckedEdge["headers"][string]): string {
  return (typeof option === "string" ? option : option.name).toLowerCase()
}

/** Directories do not tell capitals from small letters; rules compare exactly, so groups get the rules' spelling. */
function spellingsOf(routes: EdgeSurroundings["routes"]): Spell {
  const named = Object.values(routes ?? {}).flatMap((rule) =>
    [rule, ...(rule.anyOf ?? [])].flatMap(({ groups = [] }) => readDemand(groups).values),
  )
  return named.length === 0 ? (received) => received : spellOnce(createSpellings(named))
}
