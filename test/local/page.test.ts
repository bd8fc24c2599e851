import axe from "axe-core"
import type { Browser, Locator, Page, Route } from "playwright-core"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest"
import { demoConfiguration } from "../../local/stack/demo.ts"
import { chromium } from "../support/tools.ts"
import { type OpenPage, type PageBench, sees, startBench, startBrowser } from "./page-browser.ts"

// What happens is read where a person reads it: by role, label and text.

const now = Date.parse("2026-11-30T10:00:00Z")
let browser: Browser
let bench: PageBench
let open: OpenPage
let page: Page

beforeAll(async () => {
  if (chromium.isThere) browser = await startBrowser()
})
afterAll(async () => browser?.close())

const press = (name: string) => page.getByRole("button", { name, exact: true }).click()
const panel = (name: string) => page.getByRole("region", { name: new RegExp(`${name}$`) })
const hallpass = () => panel("hallpass decides")
const gateway = () => panel("API Gateway answers")
const tab = (name: string) => page.getByRole("tab", { name }).click()
/** Waits until a panel shows a text. */
const shows = (where: Locator, text: string | RegExp) => sees(where.getByText(text).first())
// biome-ignore lint/performance/useDomNodeTextContent: what a person sees, without what is hidden
const words = async (where: Locator): Promise<string> => (await where.innerText()).replace(/\s+/g, " ")

describe.runIf(chromium.isThere)("16-4: the page in Chromium", () => {
  beforeAll(async () => {
    bench = await startBench(browser, () => now)
  })
  afterAll(() => bench.close())
  beforeEach(async () => {
    await bench.stack.control({ issuerDown: null, clockOffsetSeconds: 0, clearCache: true, resultTtlSeconds: 300 })
    open = await bench.reopen()
    page = open.page
  })
  afterEach(() => {
    expect(open.foreign, "requests to other addresses").toEqual([])
    expect(open.trouble, "errors, warnings, dialogs").toEqual([])
  })

  it("accepted: each stage passed, the statement that decided, and what the backend received", async () => {
    await press("Accepted")
    await shows(hallpass(), "Allowed")
    const walk = await words(hallpass())
    for (const stage of ["event", "arn", "credential", "token", "route"])
      expect(walk).toContain(`passed: ${stage}`.slice(8))
    expect(walk).toMatch(/token .*\d [µm]s/)
    const answer = await words(gateway())
    expect(answer).toContain("Cache miss")
    expect(answer).toMatch(/Allow this statement decides GET\/orders matches the request/)
    expect(answer).toContain("200 OK")
    expect(answer).toMatch(/received GET \/orders/)
    expect(answer).toContain('"principalId"')
  })

  it("wrong scope: the first check that fails, what was expected and found, and the fix", async () => {
    await press("Wrong scope")
    await shows(hallpass(), "Forbidden")
    expect(await words(hallpass())).toMatch(
      /Reason scope_missing .*First failing check: route · scopes Expected orders:read Found profile Fix Missing: scopes orders:read/,
    )
    const answer = await words(gateway())
    expect(answer).toMatch(/Deny this statement decides/)
    expect(answer).toMatch(/403 Forbidden .*The request did not reach it\./)
  })

  it("expired: the time of the token in words, and nothing is kept", async () => {
    await press("Expired")
    await shows(hallpass(), "Unauthenticated")
    expect(await words(hallpass())).toMatch(/token_expired .*token · times .*exp 2026-11-30 0\d:\d\d:\d\d UTC/)
    expect(await words(gateway())).toMatch(/It threw Unauthorized.*401 Unauthorized/)
    await page.getByRole("button", { name: "expired", exact: true, pressed: true }).click()
    await press("Send request")
    await shows(hallpass(), "Allowed")
  })

  it("issuer down: tokens of known keys go on, keys that were never fetched are unavailable", async () => {
    await bench.stack.deploy(demoConfiguration)
    await press("Accepted")
    await shows(hallpass(), "Allowed")
    await page.getByRole("switch", { name: "Issuer down" }).click()
    await sees(page.getByRole("switch", { name: "Issuer down", checked: true }))
    await sees(page.getByText("okta is down").first())
    await press("Rotate key")
    await press("Clear cache")
    await sees(page.getByText("0 kept answers"))
    await press("Send request")
    await shows(gateway(), "No answer is kept")
    expect(await words(hallpass())).toContain("Allowed")
    await page.getByLabel("Issuer of the switches").selectOption("auth0")
    await page.getByRole("switch", { name: "Issuer down", checked: false }).click()
    await sees(page.getByText("auth0 is down").first())
    await page.getByLabel("Issuer", { exact: true }).selectOption("auth0")
    await press("Send request")
    await shows(hallpass(), "Unavailable")
    expect(await words(gateway())).toMatch(/Nothing is kept.*500 Internal Server Error/)
    await page.getByRole("switch", { name: "Issuer down", checked: true }).click()
    await press("Clock + 1 h") // the pause between two attempts to fetch keys is over
    await press("Send request")
    await shows(hallpass(), "Allowed")
  })

  it("a kept answer on another route: a hit, the function does not run, and the answer is right", async () => {
    await press("Kept answer")
    await shows(hallpass(), "hallpass was not asked")
    const answer = await words(gateway())
    expect(answer).toContain("Cache hit")
    expect(answer).toMatch(/Judged for GET\/orders\/7/)
    expect(answer).toContain("200 OK")
    const strip = panel("Requests .*")
    await sees(strip.getByRole("button", { name: /^200 Allowed, .* GET \/orders\/7 kept answer/ }))
    await strip
      .getByRole("button", { name: /^200 Allowed, .* GET \/orders cache miss/ })
      .first()
      .click()
    await shows(hallpass(), "Allowed")
  })

  it("the clock and the TTL are moved, and the page says where they are", async () => {
    await press("Accepted")
    await shows(hallpass(), "Allowed")
    await press("Clock + 1 h")
    await sees(page.getByText("clock + 1 h", { exact: true }))
    await page.getByLabel("Result TTL").selectOption("0")
    await press("Send request")
    await shows(gateway(), "The result TTL is 0")
    await page.getByRole("switch", { name: "Slow" }).click()
    await page.getByRole("switch", { name: "Slow", checked: true }).click()
    await sees(page.getByRole("switch", { name: "Slow", checked: false }))
    await press("+ 1 h, reset")
    await sees(page.getByRole("button", { name: "clock is right" }))
    expect(bench.stack.clockOffsetSeconds).toBe(0)
  })

  it("an answer that was under way while a switch was turned does not turn it back", async () => {
    const [asked, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const delayed = async (route: Route): Promise<void> => {
      const response = await route.fetch()
      asked.resolve()
      await held.promise
      await route.fulfill({ response })
    }
    await page.route("**/api/state", delayed, { times: 1 })
    await press("Accepted")
    await asked.promise
    const slow = page.getByRole("switch", { name: "Slow" })
    await slow.click()
    await sees(slow.and(page.locator("[aria-checked=true]")))
    const answered = page.waitForEvent("requestfinished", (request) => request.url().endsWith("/api/state"))
    held.resolve()
    await answered
    await slow.hover() // two frames, so the page has taken the answer
    expect(await slow.getAttribute("aria-checked")).toBe("true")
    await bench.stack.control({ issuerSlowMs: 0 })
  })

  it("exact, star, hallpass: who is wrong on which request, and how often each function ran", async () => {
    await tab("Exact")
    const table = page.getByRole("table", { name: "What the client gets from each authorizer" })
    const row = async (name: RegExp): Promise<string> => {
      const found = table.getByRole("row", { name })
      await sees(found)
      return words(found)
    }
    expect(await row(/^GET \/orders\/7/)).toMatch(/200 200 right miss.* 200 right miss.* 200 right miss/)
    expect(await row(/^GET \/orders okta/)).toMatch(/200 403 wrong hit .*another route.* 200 right hit 200 right hit/)
    expect(await row(/^DELETE/)).toMatch(/403 .*403 right hit 200 wrong hit .*everything.* 403 right hit/)
    await page.getByLabel("Requests, one on each line").fill("POST /orders\nnonsense")
    await press("Replay")
    await sees(page.getByText("Line 2 is no request"))
    await page.getByLabel("Requests, one on each line").fill("POST /orders\nGET /orders")
    await page.getByLabel("Caller").selectOption("omar")
    await press("Replay")
    expect(await row(/^POST \/orders auth0/)).toMatch(/200 200 right miss/)
  })

  it("a pasted token and a pasted event are explained, and leave no trace in the list of requests", async () => {
    const before = bench.stack.requests.newest
    const { token } = (await (
      await fetch(`${bench.served.page}/api/tokens`, {
        method: "POST",
        headers: { "x-hallpass-token": bench.served.token, "content-type": "application/json" },
        body: JSON.stringify({ issuer: "okta", claims: { scp: ["orders:write"] } }),
      })
    ).json()) as { token: string }
    await page.getByLabel("Paste token").check()
    await page.getByLabel("Token", { exact: true }).fill(`Bearer ${token}`)
    await press("Explain this token")
    await shows(hallpass(), "Forbidden")
    await hallpass().getByText("Claims of the token").click()
    expect(await words(hallpass())).toMatch(/iss https:\/\/northwind\.okta\.com\/oauth2\/default/)
    await page.getByLabel("Paste event").check()
    await page.getByLabel("Event", { exact: true }).fill("{ no event")
    await press("Explain this event")
    await sees(page.getByRole("alert").getByText(/^event /))
    const methodArn = "arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/prod/POST/orders"
    const event = { type: "TOKEN", methodArn, authorizationToken: `Bearer ${token}` }
    await page.getByLabel("Event", { exact: true }).fill(JSON.stringify(event))
    await press("Explain this event")
    await shows(hallpass(), "Allowed")
    expect(bench.stack.requests.newest).toEqual(before)
    expect(JSON.stringify(bench.stack.requests.newest)).not.toContain("orders:write")
  })

  it("an edited rule: problems while it is broken, the old state stays, then it is used", async () => {
    await tab("Configuration")
    const editor = page.getByLabel("Configuration as JSON")
    await sees(page.getByText("Sound. The stack runs on it."))
    await editor.fill('{\n  "issuers": [],\n  "routes": { "GET /x": <b> }\n}')
    await sees(page.getByText("The JSON breaks in line 3, column 25."))
    await press("Go to line 3")
    expect(await editor.evaluate((box) => (box as unknown as { selectionStart: number }).selectionStart)).toBe(43)
    await editor.fill('{ "issuers": [], "routes": { "GET /orders": { "scope": 1 } } }')
    await sees(page.getByText(/problems?\. The stack keeps the running configuration/))
    await sees(page.getByText('routes["GET /orders"]').first())
    await press("Use it")
    expect(Object.keys(bench.stack.deployment.written.routes ?? {})).toHaveLength(6)
    const { routes } = demoConfiguration
    const changed = { ...demoConfiguration, routes: { ...routes, "DELETE /orders/{id}": { scopes: ["orders:read"] } } }
    await editor.fill(JSON.stringify(changed, null, 2))
    await sees(page.getByText("Sound. It is not used yet."))
    await press("Use it")
    await sees(page.getByText("Sound. The stack runs on it."))
    await tab("One request")
    await page.getByLabel("Route", { exact: true }).selectOption("DELETE /orders/{id}")
    await press("Send request")
    await shows(hallpass(), "Allowed")
    await bench.stack.deploy(demoConfiguration)
  })

  it("a conflict is named with both routes while it is written", async () => {
    await tab("Configuration")
    const routes = {
      "GET /orders/{id}": { scopes: ["orders:read"] },
      "GET /orders/{id}/notes": { scopes: ["support"] },
      "GET /orders/{id}/items/notes": { scopes: ["orders:read"] },
    }
    await page.getByLabel("Configuration as JSON").fill(JSON.stringify({ ...demoConfiguration, routes }))
    const conflicts = page.getByRole("region", { name: "Conflicts" })
    await sees(conflicts.getByText("1 conflict"))
    expect(await words(conflicts)).toContain("GET /orders/{id}/items/notes and GET /orders/{id}/notes")
  })

  it("a request of another program appears in the strip", async () => {
    const [[, url] = []] = [...bench.served.gateways]
    await fetch(`${url}/orders`)
    await panel("Requests .*")
      .getByRole("button", { name: /^401 Unauthenticated, .* GET \/orders not asked/ })
      .click()
    await shows(gateway(), "Another program sent this request")
  })

  it("a stack that has gone is named, and what is on the screen stays", async () => {
    const own = await startBench(browser, () => now)
    open = await own.open()
    page = open.page
    onTestFinished(() => page.context().close())
    await press("Accepted")
    await shows(hallpass(), "Allowed")
    await own.close()
    await sees(page.getByText("no connection to the local stack"))
    await press("Send request")
    await sees(page.getByRole("alert").getByText("The local stack does not answer."))
    expect(await words(hallpass())).toContain("Allowed")
  })

  it("an edge: its signed headers are the caller, and without the signature they prove nothing", async () => {
    await page.getByLabel("API", { exact: true }).selectOption("rest-edge")
    await page.getByLabel("Route", { exact: true }).selectOption("GET /reports/{year}")
    await page.getByLabel("Issuer", { exact: true }).selectOption("")
    await page.getByLabel("x-edge-user").fill("mira")
    await press("Send request")
    await shows(hallpass(), "Allowed")
    expect(await words(hallpass())).toMatch(
      /Caller user mira .*edge passed: The evidence of the edge holds.*credential not needed/,
    )
    await page.getByLabel("with the edge's signature").uncheck()
    await press("Send request")
    await shows(hallpass(), "Unauthenticated")
    expect(await words(hallpass())).toContain("edge_evidence_missing")
  })

  it("a configuration of one's own: real issuers sign nothing here, and a broken file is named", async () => {
    const { routes } = demoConfiguration
    const issuers = [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }] as const
    const own = await startBench(browser, () => now, {
      ...{ mode: "dev", source: "authorizer.json", config: { issuers, routes: routes ?? {} }, localIssuers: false },
    })
    open = await own.open()
    page = open.page
    onTestFinished(() => page.context().close())
    await sees(page.getByText("authorizer.json"))
    await sees(page.getByText("The issuers of this configuration are the real ones"))
    await press("No token")
    await shows(gateway(), "401 Unauthorized")
    await tab("Exact")
    await sees(page.getByText("There is nothing to replay yet"))
    own.stack.broken = {
      message: "The file authorizer.json has problems.",
      problems: [{ path: "routes", message: "is missing <b>", remedy: "Add it." }],
    }
    own.stack.changed()
    await page.getByRole("tab", { name: "Configuration has problems" }).click()
    const problem = page.getByRole("region", { name: "Problem of the file" })
    await sees(problem.getByText("is missing <b>"))
    await own.close()
  })

  it("keyboard only: the content, the tabs, the form, and a request of the strip", async () => {
    const key = (name: string) => page.keyboard.press(name)
    const focused = () => page.evaluate("document.activeElement?.innerText || document.activeElement?.ariaLabel")
    await key("Tab")
    expect(await focused()).toBe("Skip to the content")
    await key("Tab")
    expect(await focused()).toBe("One request")
    await key("ArrowLeft")
    await sees(page.getByLabel("Configuration as JSON"))
    expect(await focused()).toBe("Configuration")
    await key("Home")
    await key("Tab")
    await key("Tab")
    expect(await focused()).toBe("Wrong scope")
    await key("Enter")
    await shows(hallpass(), "Forbidden")
    expect(await page.getByRole("status").textContent()).toMatch(
      /^GET \/orders: the client gets 403\. The principal lacks/,
    )
    await page.getByLabel("Scopes", { exact: true }).focus()
    await key("Control+a")
    await page.keyboard.type("orders:read")
    await key("Control+Enter")
    await shows(hallpass(), "Allowed")
    await panel("Requests .*")
      .getByRole("button", { name: /403 Forbidden/ })
      .first()
      .focus()
    await key("Enter")
    await shows(hallpass(), "Forbidden")
    expect(await page.getByRole("button", { name: /403 Forbidden/, pressed: true }).count()).toBe(1)
  })

  it("hostile text is text: markup, escape sequences, marks of direction, a megabyte", async () => {
    const claim = `<img src=x onerror=alert(1)><script>alert(2)</script>\u001b[31mred\u202Eevil\u0000{{7*7}}`
    const token = `${jwtPart({ alg: "RS256", kid: claim })}.${jwtPart({ iss: claim, sub: claim, [claim]: claim })}.c2ln`
    await page.getByLabel("Paste token").check()
    const box = page.getByLabel("Token", { exact: true })
    await box.fill(token)
    await press("Explain this token")
    await shows(hallpass(), "Unauthenticated")
    await hallpass().getByText("Claims of the token").click()
    const shown = await words(hallpass())
    expect(shown).toContain("<img src=x onerror=alert(1)><script>alert(2)</script>")
    expect(shown).toMatch(/U\+001B\s?\[31mred\s?U\+202E\s?evil\s?U\+0000\s?\{\{7\*7\}\}/)
    expect(await page.locator("img, script:not([src='/page.js']), iframe, style").count()).toBe(0)

    await box.fill("a".repeat(1_000_000))
    await sees(page.getByRole("alert").getByText("The text has 1,000,000 characters"))
    expect(await box.inputValue()).toBe(token)
    await box.fill(`\u202E${"b".repeat(30_000)}`)
    await press("Explain this token")
    await shows(hallpass(), "Unauthenticated")
    await page.getByLabel("Paste event").check()
    await page.getByLabel("Event", { exact: true }).fill(`{"type":"${"x".repeat(200_000)}<script>alert(3)</script>"}`)
    await press("Explain this event")
    await page.getByRole("tab", { name: "Configuration" }).click()
    await page.getByLabel("Configuration as JSON").fill(`{ "${claim}": "${"\u202E".repeat(2000)}<b>x</b>" }`)
    await sees(page.getByText(/problems?\. The stack keeps the running configuration/))
    await page.getByLabel("Configuration as JSON").fill(`"${"y".repeat(600_000)}"`)
    await sees(page.getByText("This is larger than 512 KB, so it was not sent."))
    expect(await page.locator("img, script:not([src='/page.js']), iframe, b:has-text('x')").count()).toBe(0)
  })
})

const jwtPart = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url")

describe.runIf(chromium.isThere)("16-4: the page for each reader", () => {
  const views = ["One request", "Routes", "Exact", "Configuration"]
  const forms = [
    ["light", { colorScheme: "light" }, { width: 1280, height: 860 }],
    ["dark", { colorScheme: "dark" }, { width: 1280, height: 860 }],
    ["narrow", { colorScheme: "light" }, { width: 360, height: 740 }],
  ] as const
  let seen: OpenPage

  beforeAll(async () => {
    bench = await startBench(browser, () => now)
    // One page for all forms, with a result of each kind: how it looks is the style sheet's alone.
    seen = await bench.open()
    for (const example of ["Accepted", "Wrong scope", "Expired", "Kept answer"]) {
      await seen.page.getByRole("button", { name: example, exact: true }).click()
      await sees(
        seen.page.getByRole("button", { name: "Send request" }).and(seen.page.locator("[aria-disabled=false]")),
      )
    }
    await seen.page.evaluate(axe.source)
  })
  afterAll(() => bench.close())

  it.each(forms)("axe finds nothing serious, and nothing is wider than the window: %s", async (_, media, size) => {
    const { page: here, trouble } = seen
    await here.emulateMedia(media)
    await here.setViewportSize(size)
    for (const view of views) {
      await here.getByRole("tab", { name: view }).click()
      await here.getByRole("tabpanel", { name: view }).hover()
      const found = await here.evaluate<{ violations: readonly Violation[] }>(
        "axe.run(document, { resultTypes: ['violations'], selectors: false })",
      )
      const serious = found.violations.filter(({ impact }) => impact === "serious" || impact === "critical")
      expect(
        serious.map(({ id, nodes }) => [id, ...nodes.slice(0, 3).map(({ html }) => html)]),
        view,
      ).toEqual([])
      expect(await here.evaluate("document.documentElement.scrollWidth - innerWidth"), view).toBeLessThanOrEqual(0)
    }
    expect(trouble).toEqual([])
  })

  it("nothing moves for people who want less motion", async () => {
    const { page: here } = seen
    await here.emulateMedia({ reducedMotion: "reduce" })
    const moving =
      "[...document.querySelectorAll('*')].filter((each) => getComputedStyle(each).transitionDuration !== '0s')"
    expect(await here.evaluate(`${moving}.length`)).toBe(0)
  })

  it("a result changes no place of what was there before it: the panels and the dock stay", async () => {
    const { page: here } = seen
    await here.emulateMedia({ colorScheme: "light", reducedMotion: "no-preference" })
    await here.setViewportSize({ width: 1280, height: 860 })
    await seen.load()
    const places =
      "[...document.querySelectorAll('.panel, .dock, .head')].map((each) => JSON.stringify(each.getBoundingClientRect()))"
    const before = await here.evaluate(places)
    await here.getByRole("button", { name: "Expired", exact: true }).click()
    await sees(here.getByText("First failing check"))
    expect(await here.evaluate(places)).toEqual(before)
  })
})

interface Violation {
  readonly id: string
  readonly impact: string
  readonly nodes: readonly { readonly html: string }[]
}
