import { first, type Of, type Shape, tenantOfTests, times } from "./shape.ts"

export function entra({ tenant, audience, version = 2, allowedTenants }: Of<"entra">): Shape {
  const tid = /^[0-9a-f-]{36}$/.test(tenant) ? tenant : ([allowedTenants].flat()[0] ?? tenantOfTests)
  const isFirst = [version].flat().every((each) => each === 1)
  const keyIssuer = `https://login.microsoftonline.com/${tid}/v2.0`
  const issuer = isFirst ? `https://sts.windows.net/${tid}/` : keyIssuer
  return entraLike({ issuer, tid, audience: first(audience), isFirst, keyIssuer })
}

interface EntraParts {
  readonly issuer: string
  readonly tid: string
  readonly audience: string
  /** Token version 1. */
  readonly isFirst: boolean
  readonly keyIssuer: string | undefined
}

function entraLike({ issuer, tid, audience, isFirst, keyIssuer }: EntraParts): Shape {
  const names = isFirst
    ? { appid: tenantOfTests, appidacr: "0", ver: "1.0" }
    : { azp: tenantOfTests, azpacr: "0", ver: "2.0" }
  return {
    issuer,
    header: { typ: "JWT" },
    key: (kid) => ({ use: "sig", kid, x5t: kid, ...(keyIssuer && { issuer: keyIssuer }) }),
    audience: { aud: audience },
    access: (parts) => ({
      ...{ aud: audience, iss: issuer, nbf: parts.now, ...times(parts), ...names },
      ...{ oid: "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee", scp: "access_as_user", tid, uti: parts.unique() },
      ...{ sub: "q1Lk7yFZ0w3rTtGm2cVbN8sXhPpJdR5uEoAiK9zYfQM" },
    }),
    id: () => ({
      ...{ scp: undefined, azp: undefined, azpacr: undefined, appid: undefined, appidacr: undefined, nonce: "n" },
      ...{ name: "Ann", preferred_username: "ann@example.com" },
    }),
  }
}

export function entraExternalId({ tenant, audience, domain, version = 2 }: Of<"entra-external-id">): Shape {
  const host = domain ?? `${tenant}.ciamlogin.com`
  const isFirst = [version].flat().every((each) => each === 1)
  const issuer = `https://${host}/${tenant}/${isFirst ? "" : "v2.0"}`
  return entraLike({ issuer, tid: tenant, audience: first(audience), isFirst, keyIssuer: undefined })
}

export function entraB2c({
  tenant,
  tenantName,
  domain,
  policy,
  policyClaim = "tfp",
  issuerMode,
  audience,
}: Of<"entra-b2c">): Shape {
  const host = domain ?? `${tenantName}.b2clogin.com`
  const issuer =
    issuerMode === "tfp" ? `https://${host}/tfp/${tenant}/${first(policy)}/v2.0/` : `https://${host}/${tenant}/v2.0/`
  const shape = entraLike({ issuer, tid: tenant, audience: first(audience), isFirst: false, keyIssuer: undefined })
  return {
    ...shape,
    access: (parts) => ({ ...shape.access(parts), tid: undefined, ver: "1.0", [policyClaim]: first(policy) }),
  }
}
