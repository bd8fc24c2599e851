import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from "playwright-core"
import { type ServedStack, serveStack } from "../../local/server/serve.ts"
import { demoConfiguration } from "../../local/stack/demo.ts"
import { LocalStack } from "../../local/stack/stack.ts"
import type { StackOptions } from "../../local/stack/stack-options.ts"
import { chromiumPath } from "../support/tools.ts"

/** Long enough for a busy machine; it only ends what hangs. */
const limitMs = 60_000

/** A browser, and a stack that it can open. */
export interface PageBench {
  readonly stack: LocalStack
  readonly served: ServedStack
  open(options?: BrowserContextOptions): Promise<OpenPage>
  /** One page for many tests, loaded anew: it takes a third of the time of a new one. */
  reopen(): Promise<OpenPage>
  close(): Promise<void>
}

/** A page, and everything that must not have happened in it. */
export interface OpenPage {
  readonly page: Page
  /** Addresses that were asked for, other than the stack's own. */
  readonly foreign: readonly string[]
  /** Errors, warnings and dialogs. */
  readonly trouble: readonly string[]
  /** Loads the page anew, without what it kept and with no trouble so far. */
  load(): Promise<void>
}

/** @param further arguments of the browser */
export async function startBrowser(further: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath,
    args: [
      ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
      ...["--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"],
      ...further,
    ],
  })
}

/** Starts a stack with a new page for each call of `open`. @param clock milliseconds since the epoch */
export async function startBench(
  browser: Browser,
  clock: () => number,
  options: Partial<StackOptions> = {},
): Promise<PageBench> {
  const usual = { mode: "demo", source: "a test", config: demoConfiguration, localIssuers: true, clock } as const
  const stack = await LocalStack.start({ ...usual, ...options })
  const served = await serveStack(stack, 0)
  let shared: OpenPage | undefined
  return {
    stack,
    served,
    open: (options) => opened(browser, served.page, options),
    async reopen() {
      if (shared?.page.isClosed() === false) await shared.load()
      else shared = await opened(browser, served.page)
      return shared as OpenPage
    },
    async close() {
      await shared?.page.context().close()
      await served.close()
    },
  }
}

async function opened(browser: Browser, address: string, options: BrowserContextOptions = {}): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options })
  context.setDefaultTimeout(limitMs)
  const page = await context.newPage()
  const foreign: string[] = []
  const trouble: string[] = []
  page.on("request", (request) => {
    if (!request.url().startsWith(`${address}/`)) foreign.push(request.url())
  })
  page.on("console", (message) => {
    // The browser itself reports each refusal of the control API.
    const isRefusal = /^Failed to load resource: .*(?:status of 4\d\d|net::ERR_)/.test(message.text())
    if (["error", "warning"].includes(message.type()) && !isRefusal) trouble.push(message.text())
  })
  page.on("pageerror", (error) => trouble.push(error.message))
  page.on("dialog", (dialog) => {
    trouble.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  const load = async (): Promise<void> => {
    if (page.url() !== "about:blank") {
      await page.evaluate("localStorage.clear(), sessionStorage.clear()")
      await context.clearCookies()
    }
    // What the page that is left still reports is not of the next one.
    page.once("framenavigated", () => {
      foreign.splice(0)
      trouble.splice(0)
    })
    await page.goto(`${address}/`)
    await page.waitForSelector(".panels")
  }
  await load()
  return { page, foreign, trouble, load }
}

/** Waits until this is there, stands still, and is neither hidden nor covered. */
export const sees = (what: Locator): Promise<void> => what.hover({ trial: true })
