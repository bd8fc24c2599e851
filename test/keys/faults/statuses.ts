import { answer, elsewhere, type Fault, failure, goodSet, harmless, once } from "./fault.ts"

// Every status comes with the good set as its body: only 200 is success (SR-096), whatever else the answer holds.
const status = (code: number, headers: { readonly [name: string]: string } = {}) => answer(goodSet, headers, code)
const none = (code: number) => answer("", {}, code)

const tagged = { respond: answer(goodSet, { etag: '"1"' }) }
const atMostAMinute = { quietSeconds: 59, againSeconds: 61 }

/** Statuses that are no success. */
export const statuses: readonly Fault[] = [
  failure("status-201", "201 with the good set", "status", status(201), { requests: 1 }),
  failure("status-204", "204 without a body", "status", none(204), { requests: 1 }),
  failure("status-206", "206, a part of the set", "status", status(206), { requests: 1 }),
  failure(
    "redirect-same-host",
    "301 to the good set on the same server",
    "status",
    status(301, { location: elsewhere }),
    {
      requests: 1,
    },
  ),
  failure("redirect-loop", "302 to the address that was asked for", "status", status(302, { location: "/keys" }), {
    requests: 1,
  }),
  failure(
    "redirect-other-host",
    "307 to another host",
    "status",
    status(307, { location: "https://issuer.example/" }),
    {
      requests: 1,
    },
  ),
  failure("redirect-to-http", "308 to plain http", "status", status(308, { location: "http://127.0.0.1:9/keys" }), {
    requests: 1,
  }),
  failure("not-modified-unasked", "304 though nothing was asked that it could answer", "status", none(304), {
    requests: 1,
  }),
  {
    ...failure("not-modified-always", "304 to everyone; the good set had an `ETag`", "status", none(304)),
    fetch: { cold: "status", stale: "fetched" },
    well: tagged,
    requests: 1,
  },
  failure("status-400", "400 with the good set", "status", status(400), { requests: 1 }),
  failure("status-401", "401 with a challenge", "status", status(401, { "www-authenticate": "Bearer" }), {
    requests: 1,
  }),
  failure("status-403", "403 with the good set", "status", status(403), { requests: 1 }),
  failure("status-404", "404 with the good set", "status", status(404), { requests: 1 }),
  failure("status-429", "429 with `Retry-After: 45`", "status", status(429, { "retry-after": "45" }), {
    requests: 1,
    quietSeconds: 44,
    againSeconds: 46,
  }),
  failure("status-429-for-a-day", "429 with `Retry-After: 86400`", "status", status(429, { "retry-after": "86400" }), {
    requests: 1,
    ...atMostAMinute,
  }),
  failure("status-500", "500 with the good set", "status", status(500), { requests: 2 }),
  failure("status-502", "502 with an error page", "status", answer("<html>Bad gateway</html>", {}, 502), {
    requests: 2,
  }),
  failure("status-503", "503 with `Retry-After: 30`", "status", status(503, { "retry-after": "30" }), {
    quietSeconds: 29,
    againSeconds: 31,
  }),
  failure("status-503-nonsense", "503 with `Retry-After: soon`", "status", status(503, { "retry-after": "soon" })),
  harmless("status-500-once", "500, and the good set to the next request", once(status(500), status(200)), {
    requests: 2,
  }),
  failure("status-999", "999, a status that does not exist", "status", status(999)),
]
