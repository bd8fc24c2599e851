import { describe, expect, it } from "vitest"
import { ConfigurationError, configFromEnvironment, parseStrictJson } from "../../src/index.ts"

/** The problems of a text as `path: message` lines. */
function problemsOf(read: () => unknown): readonly string[] {
  try {
    read()
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems.map(({ path, message }) => `${path}: ${message}`)
    throw error
  }
  return []
}
const twice = (path: string, line: number): string => `x: has ${path} twice, again in line ${line}. Keep one of the two`

describe("13.3: a name that an object of JSON has twice is a problem with its line", () => {
  it.each<[string, string, readonly string[]]>([
    ["a route", '{\n"routes": {\n"GET /x": {},\n"GET /x": {}\n}\n}', [twice('routes["GET /x"]', 4)]],
    [
      "scopes",
      '{"routes": {"GET /x": {"scopes": ["a"],\n"roles": ["b"],\n\n"scopes": []}}}',
      [twice('routes["GET /x"].scopes', 4)],
    ],
    ["a block", '{"gateway": {}, "gateway": {}}', [twice("gateway", 1)]],
    ["an option in a list", '{"issuers": [{}, {"audience": "a", "audience": "b"}]}', [twice("issuers[1].audience", 1)]],
    ["a list in a list", '[[], [{"a": 1}, {"a": 1, "a": 2}]]', [twice("[1][1].a", 1)]],
    ["three times", '{"a": 1, "a": 2, "a": 3}', [twice("a", 1), twice("a", 1)]],
    ["in two places", '{"a": {"b": 1, "b": 2},\n"c": [{"d": {}, "d": {}}]}', [twice("a.b", 1), twice("c[0].d", 2)]],
    ["another spelling of one name", '{"scopes": 1, "\\u0073copes": 2}', [twice("scopes", 1)]],
    ["a name with quotes and brackets", '{"a\\"}{": 1, "a\\"}{": 2}', [twice('["a\\"}{"]', 1)]],
    ["a name with a backslash", '{"a\\\\": 1, "a\\\\": 2}', [twice('["a\\\\"]', 1)]],
    ["no name at all", '{"": 1, "": 2}', [twice('[""]', 1)]],
    ["a name that every object has", '{"constructor": 1, "constructor": 2}', [twice("constructor", 1)]],
    ["a prototype", '{"__proto__": {}, "__proto__": {}}', [twice("__proto__", 1)]],
    ["with blanks before the colon", '{"a"\t\n : 1, "a"\r\n: 2}', [twice("a", 2)]],
  ])("%s", (_, text, expected) => expect(problemsOf(() => parseStrictJson(text, "x"))).toEqual(expected))

  it.each<[string, string]>([
    ["one name in two objects", '{"a": {"x": 1}, "b": {"x": 1}, "x": [{"x": 1}, {"x": 1}]}'],
    ["a name and a value", '{"a": "a", "b": ["a", "a", "a"]}'],
    ["a value that looks like JSON", '{"a": "{\\"b\\": 1, \\"b\\": 2}", "b": "\\\\"}'],
    ["names in another case", '{"a": 1, "A": 2}'],
    ["names in another form of Unicode", '{"\\u00e9": 1, "e\\u0301": 2}'],
    ["no object", '"a"'],
    ["an empty object", "{}"],
  ])("%s is none", (_, text) => expect(parseStrictJson(text, "x")).toEqual(JSON.parse(text)))

  it("ten of them are named, and a path is cut", () => {
    const many = `{${'"a": 1,'.repeat(1000)}"a": 1}`
    expect(problemsOf(() => parseStrictJson(many, "x"))).toHaveLength(10)
    const long = JSON.stringify("n".repeat(10_000))
    const [line = ""] = problemsOf(() => parseStrictJson(`{${long}: 1, ${long}: 2}`, "x"))
    expect(line.length).toBeLessThan(400)
  })

  it.each<[string, string]>([
    ["lists", `${"[".repeat(200_000)}${"]".repeat(200_000)}`],
    ["objects", `${'{"a":'.repeat(200_000)}1${"}".repeat(200_000)}`],
    ["a long text", JSON.stringify('\\"{['.repeat(500_000))],
    ["many names", JSON.stringify(Object.fromEntries(Array.from({ length: 200_000 }, (_, at) => [`n${at}`, at])))],
  ])("the text is read once, whatever it nests: %s", (_, text) => {
    expect(problemsOf(() => parseStrictJson(text, "x"))).toEqual([])
  })
})

describe("13.3: in the environment", () => {
  it("every variable with JSON is read so, and all problems are reported", () => {
    const environment = {
      HALLPASS_PROVIDER: "okta",
      HALLPASS_ROUTES: '{"GET /x": {}, "GET /x": {}}',
      HALLPASS_EDGE: '{"role": "identity",\n"role": "attributes"}',
      HALLPASS_JWKS: '{"keys": [], "keys": []}',
    }
    expect(problemsOf(() => configFromEnvironment(environment))).toEqual([
      'HALLPASS_ROUTES: has ["GET /x"] twice, again in line 1. Keep one of the two',
      "HALLPASS_EDGE: has role twice, again in line 2. Keep one of the two",
      "HALLPASS_JWKS: has keys twice, again in line 1. Keep one of the two",
    ])
    const whole = { HALLPASS_CONFIG: '{"issuers": [],\n"routes": {"GET /x": {"scopes": ["a"], "scopes": []}}}' }
    expect(problemsOf(() => configFromEnvironment(whole))).toEqual([
      'HALLPASS_CONFIG: has routes["GET /x"].scopes twice, again in line 2. Keep one of the two',
    ])
  })
})

describe("a text that is not JSON", () => {
  it.each<[string, string]>([
    ["", "Unexpected end of JSON input"],
    ['{"a": 1,}', "Expected double-quoted property name in JSON at position 8 (line 1 column 9)"],
    ['{"secret": canary}', "Unexpected token"],
    ["{'secret': 'canary'}", "Expected property name or '}' in JSON at position 1 (line 1 column 2)"],
    ['\ufeff\ufeff{"a": 1}', "Unexpected token"],
  ])("%j is reported without a word of it", (text, why) => {
    expect(problemsOf(() => parseStrictJson(text, "x"))).toEqual([`x: is not JSON: ${why}`])
  })

  it("one byte order mark is passed over", () => {
    expect(parseStrictJson('\ufeff{"a": 1}', "x")).toEqual({ a: 1 })
  })
})
