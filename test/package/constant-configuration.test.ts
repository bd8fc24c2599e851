import { describe, expect, it } from "vitest"

const { isConstant } = (await import(new URL("../../build-constant.mjs", import.meta.url).href)) as {
  readonly isConstant: (text: string) => boolean
}

describe("19.3: a configuration that is the same wherever it runs needs no check at a start", () => {
  it.each([
    ["a literal", `var config = { issuers: [{ audience: "a", "b-c": -1, d: [true, null, 1.5] }] };`],
    ["a variable in it", `var jwks = { keys: [] };\nvar config = { issuers: [{ jwks }], again: jwks };`],
    ["a part that is spread", `var shared = { audience: "a" };\nvar config = { issuers: [{ ...shared }, ...[1]] };`],
    ["a text of more lines", "var config = { routes: { [`a`]: 1 }, b: `c\nd` };".replace("[`a`]", '"a"')],
    ["two variables at once", `var a = 1, config = { a };`],
  ])("is constant: %s", (_, text) => {
    expect(isConstant(`${text}\nexport {\n  config as default\n};\n`)).toBe(true)
  })

  it.each([
    ["reads a variable of the environment", `var config = { audience: process.env.AUDIENCE };`],
    ["reads one with a default", `var config = { audience: process.env.AUDIENCE ?? "a" };`],
    ["reads a global", `var config = { audience: NAME };`],
    ["has undefined", `var config = { audience: undefined };`],
    ["calls", `var config = Object.freeze({ audience: "a" });`],
    ["makes an object", `var config = { audience: new Date() };`],
    ["has a function", `var config = { audience: () => "a" };`],
    ["has a method", `var config = { audience() {} };`],
    ["has a getter", `var config = { get audience() { return "a" } };`],
    ["has a setter", `var config = { set audience(value) {} };`],
    ["has a computed name", `var name = "a";\nvar config = { [name]: 1 };`],
    ["has a text with an expression", "var config = { audience: `${import.meta.url}` };"],
    ["has an expression", `var config = { on: typeof window };`],
    ["has a gap", `var config = { list: [, 1] };`],
    ["has a regular expression", `var config = { audience: /a/ };`],
    ["has a BigInt", `var config = { audience: 1n };`],
    ["has a number that JSON writes as null", `var config = { limit: 1e999 };`],
    ["has the negative of one", `var config = { limit: -1e999 };`],
    ["has a negative zero", `var config = { limit: -0 };`],
    ["has the negative of a text", `var config = { limit: -"a" };`],
    ["sets a prototype", `var config = { __proto__: { audience: "a" } };`],
    ["sets one by a text", `var config = { "__proto__": { audience: "a" } };`],
    ["is changed later", `var config = { audience: "a" };\nconfig.audience = process.env.AUDIENCE;`],
    ["is another one later", `var config = {};\nconfig = { audience: "a" };`],
    ["chooses", `var config = {};\nif (process.env.DEPLOYED) config.audience = "a";`],
    ["waits", `var config = await read();`],
    ["imports", `import { env } from "node:process";\nvar config = { env };`],
    ["re-exports", `export * from "node:process";\nvar config = {};`],
    ["takes apart", `var { a: config } = { a: {} };`],
    ["uses a variable before it is set", `var config = { later };\nvar later = 1;`],
    ["is no module", `var config = {`],
  ])("is not constant if it %s", (_, text) => {
    expect(isConstant(`${text}\nexport {\n  config as default\n};\n`)).toBe(false)
  })
})
