import { pageAssets } from "./assets.ts"

/** What the server sends for one path of the page. */
export interface PageResponse {
  readonly status: 200
  readonly headers: { readonly [name: string]: string }
  readonly body: string
}

/** Everything comes from the page's own origin, and no text becomes script or markup. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ")

const headersOf = (type: string): PageResponse["headers"] => ({
  "content-type": `${type}; charset=utf-8`,
  "content-security-policy": policy,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
})

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#1f5fd1"/><path d="M8 16.5l5.5 5.5L24 11" fill="none" stroke="#fff" stroke-width="3.6" stroke-linecap="round" stroke-linejoin="round"/></svg>`

/**
 * The page and its files: `/`, `/page.js`, `/page.css`, `/icon.svg`. Undefined for every other path.
 *
 * @param path path of the request, without the query
 * @param token the control token, which the page sends with each call of `/api`
 */
export async function pageResponse(path: string, token: string): Promise<PageResponse | undefined> {
  switch (path) {
    case "/":
      return { status: 200, headers: headersOf("text/html"), body: documentWith(token) }
    case "/page.js":
      return { status: 200, headers: headersOf("text/javascript"), body: (await pageAssets()).script }
    case "/page.css":
      return { status: 200, headers: headersOf("text/css"), body: (await pageAssets()).style }
    case "/icon.svg":
      return { status: 200, headers: headersOf("image/svg+xml"), body: icon }
  }
  return undefined
}

function documentWith(token: string): string {
  if (!/^[\w-]+$/.test(token)) throw new Error("The control token has characters that need escapes.")
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="hallpass-token" content="${token}">
<title>hallpass: see each decision</title>
<link rel="icon" type="image/svg+xml" href="/icon.svg">
<link rel="stylesheet" href="/page.css">
<script type="module" src="/page.js"></script>
</head>
<body>
<div id="page"></div>
<noscript>This page needs JavaScript. The terminal shows the same with: hallpass explain --help</noscript>
</body>
</html>
`
}
