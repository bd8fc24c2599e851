// Takes the picture of the page for the README and docs/local.md:
//   node test/local/page-picture.ts >docs/page.png

import { startBench, startBrowser } from "./page-browser.ts"
import { withPalette } from "./palette-picture.ts"

// The same letter looks the same everywhere, so that the picture is small.
const browser = await startBrowser(["--disable-lcd-text", "--disable-font-subpixel-positioning"])
const bench = await startBench(browser, () => Date.parse("2026-11-30T10:00:00Z"))
try {
  const { page } = await bench.open({ viewport: { width: 1280, height: 720 }, colorScheme: "light" })
  // The first requests compile the program: their times are no good example.
  const last = ["No token", "Tampered", "Expired", "Kept answer", "Accepted", "Wrong scope"]
  for (let round = 0; round < 30; round++) {
    await bench.stack.control({ clearCache: true })
    for (const example of round < 29 ? ["Wrong scope"] : last) {
      await page.getByRole("button", { name: example, exact: true }).click()
      await page.getByRole("button", { name: "Send request" }).and(page.locator("[aria-disabled=false]")).hover()
    }
  }
  await page.getByRole("heading", { name: "hallpass decides" }).hover()
  process.stdout.write(withPalette(await page.screenshot(), 16))
} finally {
  await browser.close()
  await bench.close()
}
