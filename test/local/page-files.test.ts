import { describe, expect, it } from "vitest"
import { pageResponse } from "../../local/page/document.ts"

const paths = ["/", "/page.js", "/page.css", "/icon.svg"]
const token = "b3BlbiBzZXNhbWU-_1"
const responses = await Promise.all(paths.map((path) => pageResponse(path, token)))

describe("16-4: the page's files", () => {
  it("are a document, one script, one style sheet and an icon, and nothing else is the page's", async () => {
    expect(responses.map((response) => response?.headers["content-type"])).toEqual([
      "text/html; charset=utf-8",
      "text/javascript; charset=utf-8",
      "text/css; charset=utf-8",
      "image/svg+xml; charset=utf-8",
    ])
    for (const path of ["/index.html", "//", "/page.js.map", "/../page.js", "/api/stack"])
      expect(await pageResponse(path, token), path).toBeUndefined()
  })

  it("come with a policy that takes nothing from elsewhere and lets no text become script", () => {
    for (const response of responses) {
      const policy = response?.headers["content-security-policy"] ?? ""
      expect(policy).toMatch(/^default-src 'none'; script-src 'self';/)
      expect(policy).toContain("require-trusted-types-for 'script'; trusted-types 'none'")
      expect(policy).not.toMatch(/unsafe|https?:|data:|blob:|\*/)
      expect(response?.headers["cache-control"]).toBe("no-store")
    }
  })

  it("name no other address", () => {
    const namespaces = /http:\/\/www\.w3\.org\/[\w/]+/g
    for (const response of responses) {
      const text = (response?.body ?? "").replace(namespaces, "").replace(/http:\/\/127\.0\.0\.1|"https?:\/\/"/g, "")
      expect(text.match(/(?:src|href|url\()=?["']?(?:https?:)?\/\/[^\s"')]+/g)).toBeNull()
    }
  })

  it("hold the control token in the document only, which has no inline script or style", () => {
    const [document, ...rest] = responses.map((response) => response?.body ?? "")
    expect(document).toContain(`<meta name="hallpass-token" content="${token}">`)
    expect(document).not.toMatch(/<style|style=|<script(?! type="module" src="\/page\.js"><\/script>)/)
    for (const text of rest) expect(text).not.toContain(token)
  })

  it("take no control token that would need escapes", async () => {
    await expect(pageResponse("/", 'a"><script>')).rejects.toThrow("escapes")
  })
})
