import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { comparableName, createSpellings, foldCase } from "../../src/edge/values/comparison.ts"
import { decodeList, decodeText, type ValueFormat } from "../../src/edge/values/decode.ts"
import { isPlainName, readDistinguishedName } from "../../src/edge/values/distinguished-name.ts"
import { type DnMode, dnModes } from "../../src/types/edge-options.ts"
import { type ReasonCode, refusal } from "../../src/types/reasons.ts"
import { anyText } from "../support/any-text.ts"
import { seeded, worth } from "../support/seed.ts"

const apm = (text: string, mode: DnMode = "dn") => decodeList(text, "apm-list", mode)
const csv = (text: string, mode: DnMode = "raw") => decodeList(text, "csv", mode)
const hex = (text: string): string => `0x${Buffer.from(text, "utf8").toString("hex")}`
const base64url = (text: string): string => Buffer.from(text, "utf8").toString("base64url")

type Row = [input: string, dn: readonly string[] | ReasonCode, cn: readonly string[] | ReasonCode]
const expected = (result: readonly string[] | ReasonCode) => (typeof result === "string" ? refusal(result) : result)

describe("an APM list, row by row", () => {
  const rows: Row[] = [
    ["| CN=Ops,OU=G,DC=corp,DC=example |", ["CN=Ops,OU=G,DC=corp,DC=example"], ["Ops"]],
    ["| CN=Dev\\, East,OU=G,DC=corp,DC=example |", ["CN=Dev\\, East,OU=G,DC=corp,DC=example"], ["Dev, East"]],
    ["| 0x436f6d707465735fc3a964697465757273 |", ["Comptes_éditeurs"], ["Comptes_éditeurs"]],
    ["| CN=Ops,DC=x | 0x434e3dc389717569706f |", ["CN=Ops,DC=x", "CN=Équipo"], ["Ops", "Équipo"]],
    ["| |", [], []],
    [" ", [], []],
    ["", [], []],
    ["| 0xzz |", ["0xzz"], ["0xzz"]],
    ["| 0xff |", "edge_header_malformed", "edge_header_malformed"],
  ]

  test.each(rows)("%j", (input, dn, cn) => {
    expect(apm(input, "dn")).toEqual(expected(dn))
    expect(apm(input, "cn")).toEqual(expected(cn))
  })
})

describe("an APM list: the whole value in hex", () => {
  const rows: [what: string, input: string, cn: readonly string[] | ReasonCode][] = [
    ["one name", hex("Comptes_éditeurs"), ["Comptes_éditeurs"]],
    ["upper-case digits", "0x4F7073", ["Ops"]],
    ["a list with bars is split", hex("| CN=Équipo,DC=x | Ops |"), ["Équipo", "Ops"]],
    ["a list in hex may have elements in hex", hex(`| ${hex("É")} | Ops |`), ["É", "Ops"]],
    ["an escaped bar does not make a list", hex("a\\|b"), ["a|b"]],
    ["0X is not the form", "0X4F7073", ["0X4F7073"]],
    ["half a byte is not the form", "0x4f7", ["0x4f7"]],
    ["0x alone is not the form", "0x", ["0x"]],
    ["bytes that are not UTF-8", "0xc3", "edge_header_malformed"],
    ["an overlong encoding", "0xc1a1", "edge_header_malformed"],
    ["a surrogate in UTF-8", "0xeda080", "edge_header_malformed"],
    ["hex of hex (SR-124)", hex(hex("Ops")), "edge_header_malformed"],
    ["hex of blanks", hex("  "), "edge_header_malformed"],
    ["hex of a line break", hex("Ops\nx"), "edge_header_control"],
    ["hex of NUL", "0x00", "edge_header_control"],
    ["hex of a C1 control", hex("a\u0085"), "edge_header_control"],
  ]

  test.each(rows)("%s", (_what, input, cn) => {
    expect(apm(input, "cn")).toEqual(expected(cn))
  })

  test("a byte order mark is part of the name, not dropped", () => {
    expect(apm(hex("\ufeffOps"), "raw")).toEqual(["\ufeffOps"])
  })
})

describe("an APM list: elements", () => {
  const rows: [what: string, input: string, raw: readonly string[] | ReasonCode][] = [
    ["without outer bars", "Ops | Dev", ["Ops", "Dev"]],
    ["one name", "Ops", ["Ops"]],
    ["without blanks", "|a|b|", ["a", "b"]],
    ["empty elements are dropped", "||a|  |b||", ["a", "b"]],
    ["an escaped bar belongs to the element (F5 bug 685888)", "| a\\|b | c |", ["a|b", "c"]],
    ["a bar behind two backslashes stays escaped", "| a\\\\|b |", ["a\\|b"]],
    ["a bar at the very beginning", "|a", ["a"]],
    ["a backslash at the end", "| a\\", ["a\\"]],
    ["hex of hex (SR-124)", `| ${hex(hex("Ops"))} |`, "edge_header_malformed"],
    ["hex of a line break", `| Dev | ${hex("Ops\r\n")} |`, "edge_header_control"],
    ["hex with bars is one element", `| ${hex("a|b")} | c |`, ["a|b", "c"]],
    ["two lists that were joined with a comma", "| Ops |,| Admins |", "edge_header_joined"],
    ["a name joined before a list", "Admins,| Ops |", "edge_header_joined"],
    ["a name joined behind a list", "| Ops |,Admins", "edge_header_joined"],
    [
      "a DN joined before a list, with a backslash to hide the comma",
      "| CN=Admins,OU=x\\,| CN=Ops |",
      "edge_header_joined",
    ],
  ]

  test.each(rows)("%s", (_what, input, raw) => {
    expect(apm(input, "raw")).toEqual(expected(raw))
  })
})

describe("a DN", () => {
  const rows: [what: string, input: string, dn: "same" | ReasonCode, cn: string | ReasonCode][] = [
    ["every special character, escaped", String.raw`CN=\,\+\"\\\;\<\>\#\=x,DC=y`, "same", "same"],
    ["every special character that a name may keep", String.raw`CN=\,\+\"\\\;\<\>\#x,DC=y`, "same", ',+"\\;<>#x'],
    ["hex pairs", String.raw`CN=\C3\89quipo,DC=y`, "same", "Équipo"],
    ["hex pairs that are not UTF-8", String.raw`CN=\C3quipo,DC=y`, "edge_header_malformed", "edge_header_malformed"],
    ["escaped blanks at the ends", String.raw`CN=\ a\ ,DC=y`, "same", " a "],
    ["blanks around separators", "CN = Ops , OU = G, DC=y", "same", "Ops"],
    ["a type in lower case", "cn=Ops,dc=y", "same", "Ops"],
    ["one RDN", "CN=Ops", "same", "Ops"],
    ["= in a value is no name for cn, since it could pass for a DN", "CN=OU=Admins,DC=y", "same", "same"],
    ["an escaped = neither", String.raw`CN=OU\=Admins\,DC\=y,OU=Guests`, "same", "same"],
    ["another first type has no common name", "OU=Ops,DC=y", "same", "same"],
    ["a first RDN with two attributes neither", "CN=Ops+OU=G,DC=y", "same", "same"],
    ["a BER value is no name", "CN=#04024869,DC=y", "same", "same"],
    ["a type as object identifier", "2.5.4.3=Ops,DC=y", "same", "same"],
    ["a conflict object of AD", String.raw`CN=Ops\0ACNF:1,DC=y`, "same", "edge_header_control"],
    ["only an escaped =: a plain name", String.raw`a\=b`, "same", "same"],
    ["no type", "=Ops,DC=y", "edge_header_malformed", "edge_header_malformed"],
    ["a blank in the type", "CN x=Ops", "edge_header_malformed", "edge_header_malformed"],
    ["an empty value", "CN=,DC=y", "edge_header_malformed", "edge_header_malformed"],
    ["a comma at the end of a type list", "CN=Ops,DC", "edge_header_malformed", "edge_header_malformed"],
    ["a quoted value", 'CN="Ops",DC=y', "edge_header_malformed", "edge_header_malformed"],
    ["a semicolon as separator", "CN=Ops;DC=y", "edge_header_malformed", "edge_header_malformed"],
    ["half a BER value", "CN=#0402486,DC=y", "edge_header_malformed", "edge_header_malformed"],
    ["a backslash at the end", "CN=Ops\\", "edge_header_malformed", "edge_header_malformed"],
    ["backslash and a letter", String.raw`CN=O\ps`, "edge_header_malformed", "edge_header_malformed"],
    [
      "doubled backslashes (F5 bug 685888)",
      String.raw`CN=Dev\\, East,DC=y`,
      "edge_header_malformed",
      "edge_header_malformed",
    ],
  ]

  test.each(rows)("%s", (_what, input, dn, cn) => {
    const list = (result: string) => (result.startsWith("edge_header_") ? refusal(result as ReasonCode) : [result])
    expect(apm(`| ${input} |`, "dn")).toEqual(list(dn === "same" ? input : dn))
    expect(apm(`| ${input} |`, "cn")).toEqual(list(cn === "same" ? input : cn))
    expect(apm(`| ${input} |`, "raw")).toEqual([input])
  })

  test("is read RDN by RDN, attribute by attribute", () => {
    expect(readDistinguishedName("CN=a\\,b+SN=#0402,OU=c d ,DC=x")).toEqual([
      [
        { type: "CN", value: "a,b", encoded: false },
        { type: "SN", value: "#0402", encoded: true },
      ],
      [{ type: "OU", value: "c d", encoded: false }],
      [{ type: "DC", value: "x", encoded: false }],
    ])
  })
})

describe("csv", () => {
  const rows: [what: string, input: string, raw: readonly string[] | ReasonCode][] = [
    ["plain", "ops,dev", ["ops", "dev"]],
    ["blanks around", " ops , dev ", ["ops", "dev"]],
    ["a quoted field", '"CN=Ops,DC=x",dev', ["CN=Ops,DC=x", "dev"]],
    ["blanks around a quoted field", ' "a, b" , c', ["a, b", "c"]],
    ["blanks inside of quotes stay", '" a "', [" a "]],
    ["doubled quotes", '"a ""b"" c"', ['a "b" c']],
    ["empty fields are passed over (RFC 9110 section 5.6.1)", ',ops,,"",dev,', ["ops", "dev"]],
    ["empty", "", []],
    ["an open quote", '"ops', "edge_header_malformed"],
    ["text behind a closing quote", '"ops"x,dev', "edge_header_malformed"],
    ["a quote inside of a plain field", 'o"ps', "edge_header_malformed"],
  ]

  test.each(rows)("%s", (_what, input, raw) => {
    expect(csv(input)).toEqual(expected(raw))
  })

  test("takes the modes of DNs", () => {
    expect(csv('"CN=Ops,DC=x",dev', "cn")).toEqual(["Ops", "dev"])
    expect(csv("CN=Ops,x", "dn")).toEqual(["CN=Ops", "x"])
    expect(csv("a b=c", "dn")).toEqual(refusal("edge_header_malformed"))
  })
})

describe("base64url", () => {
  const texts: [what: string, input: string, result: string | ReasonCode][] = [
    ["UTF-8", base64url("Zoë Ünal"), "Zoë Ünal"],
    ["a display name that looks like a list stays one text", base64url('["alice"]'), '["alice"]'],
    ["padding", "YQ==", "edge_header_malformed"],
    ["stray bits", "YR", "edge_header_malformed"],
    ["one character too many", "YWJjZ", "edge_header_malformed"],
    ["the other alphabet", "+/8", "edge_header_malformed"],
    ["a blank inside", "YW Jj", "edge_header_malformed"],
    ["bytes that are not UTF-8", Buffer.from([0xff]).toString("base64url"), "edge_header_malformed"],
    ["blanks only", base64url("  "), "edge_header_malformed"],
    ["a line break", base64url("alice\nx: y"), "edge_header_control"],
    ["a line separator", base64url("a\u2028b"), "edge_header_control"],
  ]

  test.each(texts)("of a text: %s", (_what, input, result) => {
    expect(decodeText(input, "base64url")).toEqual(result.startsWith("edge_") ? refusal(result as ReasonCode) : result)
  })

  const lists: [what: string, json: string, result: readonly string[] | ReasonCode][] = [
    ["strings", '["Ops","Équipo"]', ["Ops", "Équipo"]],
    ["none", "[]", []],
    ["a text", '"Ops"', "edge_header_malformed"],
    ["no JSON", "Ops", "edge_header_malformed"],
    ["an object", '{"0":"Ops","length":1}', "edge_header_malformed"],
    ["a number among strings", '["Ops",1]', "edge_header_malformed"],
    ["a nested list", '[["Ops"]]', "edge_header_malformed"],
    ["an empty string", '["Ops",""]', "edge_header_malformed"],
    ["half a surrogate pair", '["\\ud800"]', "edge_header_malformed"],
    ["an escaped line break", '["a\\nb"]', "edge_header_control"],
  ]

  test.each(lists)("of a JSON list: %s", (_what, json, result) => {
    expect(decodeList(base64url(json), "base64url", "raw")).toEqual(expected(result))
  })

  test("of a JSON list takes the modes of DNs", () => {
    expect(decodeList(base64url('["CN=Équipo,DC=x"]'), "base64url", "cn")).toEqual(["Équipo"])
  })
})

describe("for any list and any text", () => {
  /** What means itself: no outer blanks, and no form of its own. */
  const name = fc
    .string({ minLength: 1, maxLength: 30, unit: fc.constantFrom(...'abO ,=|\\"#+0x;é語😀') })
    .filter((text) => text.trim() === text && text !== "" && !/^0x([0-9a-f]{2})+$/i.test(text))
  const ascii = /^[ -~]*$/

  const encodeApm = (list: readonly string[]): string => {
    const outerComma = (text: string) => text.startsWith(",") || text.endsWith(",")
    const elements = list.map((text) =>
      ascii.test(text) && !outerComma(text) ? text.replaceAll("|", "\\|") : hex(text),
    )
    return `| ${elements.join(" | ")} |`
  }
  const encodeCsv = (list: readonly string[]): string =>
    list.map((text) => (/[," ]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)).join(", ")

  test("an APM list comes back as it was", () => {
    fc.assert(
      fc.property(fc.array(name), (list) => {
        expect(apm(encodeApm(list), "raw")).toEqual(list)
      }),
      seeded("values 1"),
    )
  })

  test("an APM list in hex as a whole comes back as it was", () => {
    fc.assert(
      fc.property(fc.array(name, { minLength: 1 }), (list) => {
        expect(apm(hex(encodeApm(list)), "raw")).toEqual(list)
      }),
      seeded("values 2"),
    )
  })

  test("a csv list comes back as it was", () => {
    fc.assert(
      fc.property(fc.array(name), (list) => {
        expect(csv(encodeCsv(list))).toEqual(list)
      }),
      seeded("values 3"),
    )
  })

  test("a name comes back from a DN in mode cn", () => {
    const escaped = (text: string) => text.replace(/[\\,+"#;<>=]/g, "\\$&")
    const value = name.filter((text) => !text.includes("="))
    fc.assert(
      fc.property(value, (text) => {
        expect(csv(`"CN=${escaped(text).replaceAll('"', '""')},DC=x"`, "cn")).toEqual([text])
      }),
      seeded("values 4"),
    )
  })

  test("a DN that is cut out of the text is the one that reading gives", () => {
    const part = fc.string({ minLength: 1, maxLength: 6, unit: fc.constantFrom(...'abcÉé -a #=\\,+"') })
    const type = fc.constantFrom("CN", "cn", "OU", "x-1", "1", " CN")
    const text = fc.array(
      fc.tuple(type, part).map((pair) => pair.join("=")),
      { minLength: 1, maxLength: 3 },
    )
    let plain = 0
    fc.assert(
      fc.property(
        text.map((parts) => parts.join(",")),
        (dn) => {
          if (!isPlainName(dn)) return
          plain++
          const [[first] = []] = readDistinguishedName(dn) ?? []
          expect(first).toBeDefined()
          const cn = first?.type.toLowerCase() === "cn" ? first.value : dn
          expect(decodeList(hex(dn), "apm-list", "cn")).toEqual([cn])
          // A blank at the end, which does not count, makes it one that has to be read.
          expect(comparableName(dn)).toBe(comparableName(`${dn} `))
        },
      ),
      seeded("values 5", { numRuns: 2000 }),
    )
    expect(plain).toBeGreaterThan(worth(10))
  })

  test("no text makes a decoder throw, and lists hold texts that are not empty", () => {
    const hostile = fc.oneof(
      anyText,
      fc.string({ unit: fc.constantFrom(...'|\\=,+"#;0x9fFcCnN '), maxLength: 200 }),
      anyText.map(hex),
      anyText.map(base64url),
      fc.json({ maxDepth: 2 }).map(base64url),
    )
    const format = fc.constantFrom<ValueFormat>("apm-list", "csv", "base64url")
    fc.assert(
      fc.property(hostile, format, fc.constantFrom(...dnModes), (text, format, mode) => {
        const list = decodeList(text, format, mode)
        if ("refused" in list) expect(list.outcome).toBe("unauthenticated")
        else expect(list.every((item) => item !== "")).toBe(true)
        decodeText(text, "base64url")
      }),
      seeded("values 6", { numRuns: 300 }),
    )
  })
})

describe("10,240 characters of the worst shape are decoded", () => {
  const length = 10_240
  const shapes: [what: string, text: string][] = [
    ["bars", "|".repeat(length)],
    ["escaped bars", "\\|".repeat(length / 2)],
    ["backslashes", "\\".repeat(length)],
    ["blanks before a bar", `${" ".repeat(length - 1)}|`],
    ["blanks inside of a name", `a${" ".repeat(length - 2)}b`],
    ["hex", `0x${"61".repeat(length / 2 - 1)}`],
    ["hex with a wrong last digit", `0x${"61".repeat(length / 2 - 2)}6g`],
    ["hex of bars", `0x${"7c".repeat(length / 2 - 1)}`],
    ["0x over and over", "0x".repeat(length / 2)],
    ["RDNs", `${"a=b,".repeat(length / 4 - 1)}a=b`],
    ["attributes of one RDN", `${"a=b+".repeat(length / 4 - 1)}a=b`],
    ["equals signs", "=".repeat(length)],
    ["an object identifier without end", `${"1.".repeat(length / 2)}`],
    ["escaped hex pairs", `a=${"\\61".repeat(Math.floor(length / 3) - 1)}`],
    ["blanks in a value", `a=b${" ".repeat(length - 4)}c`],
    ["a BER value", `a=#${"00".repeat(length / 2 - 2)}`],
    ["quotes", '"'.repeat(length)],
    ["commas", ",".repeat(length)],
    ["quoted fields", '"a",'.repeat(length / 4)],
    ["base64url of brackets", base64url("[".repeat(7_680))],
    ["base64url of backslashes", base64url(`["${"\\\\".repeat(3_800)}"]`)],
  ]

  test.each(shapes)("%s", (_what, text) => {
    expect(text.length).toBeLessThanOrEqual(length)
    for (const format of ["apm-list", "csv", "base64url"] as const) {
      for (const mode of dnModes) {
        const list = decodeList(text, format, mode)
        if (!("refused" in list)) expect(list.map(comparableName)).toHaveLength(list.length)
      }
    }
  })
})

describe("comparing names and DNs", () => {
  const same: [what: string, a: string, b: string][] = [
    ["letter case", "Ops", "OPS"],
    ["letter case outside ASCII", "ÉQUIPO", "équipo"],
    ["letter case of a DN", "CN=Ops,DC=Corp", "cn=ops,dc=corp"],
    ["blanks around separators", "CN=Ops, DC=corp", "CN=Ops,DC=corp"],
    ["the choice of escapes", "CN=Dev\\, East,DC=x", "CN=Dev\\2C East,DC=x"],
    ["an escape that is not needed", "CN=a\\=b,DC=x", "CN=a=b,DC=x"],
    ["the order in a multi-valued RDN", "CN=a+SN=b,DC=x", "SN=B+CN=A,DC=X"],
  ]
  const different: [what: string, a: string, b: string][] = [
    ["accents", "Equipo", "Équipo"],
    ["the Kelvin sign", "bank", "ban\u212a"],
    ["the long s", "ops", "op\u017f"],
    ["the dotless i", "admin", "adm\u0131n"],
    ["sharp s", "strasse", "straße"],
    ["composed and decomposed letters", "\u00e9", "e\u0301"],
    ["the order of RDNs", "CN=a,CN=b", "CN=b,CN=a"],
    ["an escaped comma and a separator", "CN=a\\,DC=b", "CN=a,DC=b"],
    ["an escaped plus and a separator", "CN=a\\+DC=b", "CN=a+DC=b"],
    ["a BER value and its digits", "CN=#0402", "CN=\\#0402"],
    ["a name and a DN", "Ops", "CN=Ops"],
    ["a name with a blank less", "a b", "a  b"],
  ]

  test.each(same)("%s does not count", (_what, a, b) => {
    expect(comparableName(a)).toBe(comparableName(b))
  })

  test.each(different)("%s counts", (_what, a, b) => {
    expect(comparableName(a)).not.toBe(comparableName(b))
  })

  test("folding joins no more than one capital with its small letter, over all of Unicode", () => {
    // How many characters fold to each one. No other text comes out: a map of all of them takes a second.
    const folds = new Uint8Array(0x110000)
    for (let point = 0; point <= 0x10ffff; point++) {
      if (point >= 0xd800 && point <= 0xdfff) continue
      const folded = foldCase(String.fromCodePoint(point))
      const to = folded.codePointAt(0) ?? -1
      if (folded.length !== (to > 0xffff ? 2 : 1)) expect.fail(`U+${point.toString(16)} folds to ${folded}`)
      folds[to] = (folds[to] ?? 0) + 1
    }
    expect(Math.max(...new Set(folds))).toBe(2)
  })

  test("what is equal stays equal when it is folded again, for any text", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(foldCase(foldCase(text))).toBe(foldCase(text))
      }),
      seeded("values 7"),
    )
  })
})

describe("names get the spelling of the rules", () => {
  test.each<[what: string, rules: string[], received: string[], result: string[]]>([
    ["in another case", ["Ops"], ["OPS"], ["Ops"]],
    ["a DN with other escapes", ["CN=Dev\\, East,DC=x"], ["cn=dev\\2c east,dc=X"], ["CN=Dev\\, East,DC=x"]],
    ["every spelling that rules use", ["Ops", "OPS"], ["ops"], ["Ops", "OPS"]],
    ["a name of no rule stays", ["Ops"], ["Dev", "ops"], ["Dev", "Ops"]],
    ["once", ["Ops"], ["ops", "OPS", "Ops"], ["Ops"]],
    ["a DN does not become a name", ["Ops"], ["CN=Ops,DC=x"], ["CN=Ops,DC=x"]],
    ["a name of every object", ["ops"], ["__proto__", "constructor"], ["__proto__", "constructor"]],
  ])("%s", (_what, rules, received, result) => {
    expect(createSpellings(rules)(received)).toEqual(result)
  })
})
