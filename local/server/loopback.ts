/**
 * Whether a `Host` names this machine: what a browser sends under DNS rebinding is another name.
 *
 * @param host `127.0.0.1:3000`, `localhost`, `[::1]:80`
 */
export function isLoopbackHost(host: string | undefined): boolean {
  return host !== undefined && /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/i.test(host)
}

/**
 * Whether a request comes from a page of this server itself, or from no page at all. Browsers send `Origin` with every
 * request to another origin that has a body, and `Sec-Fetch-Site` with every request.
 *
 * @param host the `Host` of the request, which is loopback
 */
export function isOwnOrigin(
  host: string,
  { origin, "sec-fetch-site": site }: { readonly [name: string]: string | string[] | undefined },
): boolean {
  if (origin !== undefined && origin !== `http://${host}`) return false
  return site === undefined || site === "same-origin" || site === "none"
}

/** Whether a page is served by this machine, such as a frontend under development. */
export function isLoopbackOrigin(origin: string): boolean {
  return /^https?:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/i.test(origin)
}
