// The short forms of CloudFormation's functions in YAML: `!Ref Api` is { Ref: "Api" }.

/** Functions whose short form takes one word, a list, an object, or several of them. */
const functions = [
  "And",
  "Base64",
  "Cidr",
  "Equals",
  "FindInMap",
  "GetAZs",
  "GetAtt",
  "If",
  "ImportValue",
  "Join",
  "Length",
  "Not",
  "Or",
  "Select",
  "Split",
  "Sub",
  "ToJsonString",
  "Transform",
]

let made: object | undefined

/** YAML's core schema with the tags of CloudFormation. */
export async function templateSchema(): Promise<object> {
  if (made !== undefined) return made
  const { CORE_SCHEMA, Type } = await import("js-yaml")
  const tags = ["Ref", "Condition", ...functions].flatMap((name) =>
    (["scalar", "sequence", "mapping"] as const).map((kind) => {
      const key = name === "Ref" || name === "Condition" ? name : `Fn::${name}`
      return new Type(`!${name}`, { kind, construct: (data) => ({ [key]: data }) })
    }),
  )
  made = CORE_SCHEMA.extend(tags)
  return made
}
