/** Longest name that is compared: a longer one is no typing error. */
const maxLength = 64

/** Other words for options and values, in small letters and without marks. */
const synonyms: { readonly [word: string]: string } = {
  aud: "audience",
  audiences: "audience",
  iss: "issuer",
  leeway: "clockToleranceSeconds",
  clockskew: "clockToleranceSeconds",
  ttl: "resultTtlSeconds",
  cachettl: "resultTtlSeconds",
  authorizerresultttlinseconds: "resultTtlSeconds",
  identitysource: "identitySources",
  clientid: "clientIds",
  poolid: "userPoolId",
  claim: "path",
  value: "equals",
  values: "equals",
  includes: "contains",
  or: "anyOf",
  oneof: "anyOf",
  default: "unmatched",
  simpleresponses: "responses",
  jwt: "access",
  lambda: "request",
}

/** Other names of providers, in small letters and without marks. */
const providers: { readonly [name: string]: string } = {
  azure: "entra",
  azuread: "entra",
  azureactivedirectory: "entra",
  aad: "entra",
  microsoft: "entra",
  microsoftonline: "entra",
  entraid: "entra",
  msal: "entra",
  azureb2c: "entra-b2c",
  azureadb2c: "entra-b2c",
  b2c: "entra-b2c",
  ciam: "entra-external-id",
  externalid: "entra-external-id",
  entraexternalid: "entra-external-id",
  aws: "cognito",
  amazon: "cognito",
  awscognito: "cognito",
  amazoncognito: "cognito",
  userpool: "cognito",
  adfederationservices: "adfs",
  activedirectoryfederationservices: "adfs",
  wso2is: "wso2",
  wso2apim: "wso2",
}

/** The provider that another name of it means. */
export function providerMeant(name: string): string | undefined {
  const known = plain(name)
  return Object.hasOwn(providers, known) ? providers[known] : undefined
}

/** The word that a mistyped one probably means, or undefined. */
export function suggestion(given: string, words: readonly string[]): string | undefined {
  const wrong = plain(given)
  if (wrong === "" || given.length > maxLength) return undefined
  const synonym = Object.hasOwn(synonyms, wrong) ? synonyms[wrong] : undefined
  if (synonym !== undefined && words.includes(synonym)) return synonym
  let [best, least] = [undefined as string | undefined, Math.max(1, Math.floor(wrong.length / 3)) + 1]
  for (const word of words) {
    const right = plain(word)
    const begins = Math.min(wrong.length, right.length) >= 4 && (right.startsWith(wrong) || wrong.startsWith(right))
    const distance = begins ? Math.min(1, distanceOf(wrong, right)) : distanceOf(wrong, right)
    if (distance < least) [best, least] = [word, distance]
  }
  return best
}

/** `jwks_uri`, `JwksURI` and `jwksUri` are one word. */
function plain(name: string): string {
  return name
    .slice(0, maxLength + 1)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "")
}

/** How many letters are wrong, missing, too many, or changed places with their neighbour (Damerau and Levenshtein). */
function distanceOf(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let least = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (before[j - 2] ?? 0) + 1)
      next.push(least)
    }
    ;[before, row] = [row, next]
  }
  return row[b.length] ?? 0
}
