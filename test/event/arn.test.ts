import { describe, expect, it } from "vitest"
import { formatExecuteApiArn, parseExecuteApiArn } from "../../src/policy.ts"

const base = "arn:aws:execute-api:eu-west-1:123456789012:abc123"

describe("parseExecuteApiArn", () => {
  it.each([
    [`${base}/prod/GET/orders/7`, { stage: "prod", method: "GET", path: "/orders/7" }],
    [`${base}/prod/GET/`, { stage: "prod", method: "GET", path: "/" }],
    [`${base}/$default/POST/a:b:c/d`, { stage: "$default", method: "POST", path: "/a:b:c/d" }],
    [`${base}/prod/$connect`, { stage: "prod", method: "$connect" }],
    [
      `${base}/test-invoke-stage/GET/x%2Fy/*/\${z}`,
      { stage: "test-invoke-stage", method: "GET", path: "/x%2Fy/*/${z}" },
    ],
  ])("splits %s at the first five colons and leaves the path alone", (text, parts) => {
    const arn = parseExecuteApiArn(text)
    expect(arn).toEqual({ partition: "aws", region: "eu-west-1", accountId: "123456789012", apiId: "abc123", ...parts })
    expect(formatExecuteApiArn(arn)).toBe(text)
  })

  it("reads each ARN by itself, whatever the one before was", () => {
    const texts = [
      `${base}/prod/GET/x`,
      `${base}/prod/$connect`,
      `${base}/prod2/GET/x`,
      `${base}/pro/GET/x`,
      `${base}4/prod/GET/x`,
      `${base.replace("eu-west-1", "eu-west-2")}/prod/GET/x`,
      `${base}/prod//GET`,
    ]
    for (const before of texts) {
      for (const text of texts) {
        const read = (): unknown => {
          try {
            return parseExecuteApiArn(text)
          } catch (error) {
            return (error as Error).name
          }
        }
        const alone = read()
        try {
          parseExecuteApiArn(before)
        } catch {
          // `//GET` has no method, and is there to be tried after a good one
        }
        expect(read(), `${text} after ${before}`).toEqual(alone)
        if (text.endsWith("//GET")) expect(alone).toBe("TypeError")
        else expect(formatExecuteApiArn(alone as ReturnType<typeof parseExecuteApiArn>)).toBe(text)
      }
    }
    expect(() => parseExecuteApiArn(`${base}/prod/GET/${"x".repeat(1600)}`)).toThrow(TypeError)
  })

  it.each(["aws-cn", "aws-us-gov", "aws-iso-b", "aws-eusc"])("keeps the partition %s", (partition) => {
    expect(parseExecuteApiArn(`${base.replace("aws", partition)}/prod/GET/`).partition).toBe(partition)
  })

  it.each([
    "",
    "arn",
    `${base}`,
    `${base}/prod`,
    `${base}/prod/`,
    `${base}//GET/x`,
    `${base}/*/GET/x`,
    `${base}/pr?d/GET/x`,
    base.replace("execute-api", "lambda"),
    `${base.replace("eu-west-1", "*")}/prod/GET/x`,
    `${base.replace("eu-west-1", "")}/prod/GET/x`,
    `${base.replace("123456789012", "null")}/prod/GET/x`,
    `${base.replace("123456789012", "12345678901")}/prod/GET/x`,
    `${base.replace("abc123", "*")}/prod/GET/x`,
    `${base.replace("aws:", "azure:")}/prod/GET/x`,
    `${base}/prod/GET/${"x".repeat(1600)}`,
  ])("refuses %s without repeating it", (text) => {
    expect(() => parseExecuteApiArn(text)).toThrow(TypeError)
    expect(() => parseExecuteApiArn(text)).toThrow(/^not an execute-api ARN of a deployed API/)
  })
})
