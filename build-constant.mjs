// Finds out whether a configuration is the same wherever it runs.
import { parseSync } from "oxc-parser"

/**
 * Whether a module only says constants that JSON can write: literals, and variables that are literals. Nothing is
 * called, and nothing of the environment is read.
 *
 * @param {string} text of a module with all that it imports, without types
 */
export function isConstant(text) {
  const { program, errors } = parseSync("configuration.mjs", text)
  if (errors.length > 0) return false
  const declared = new Set()
  const isFixed = (node) => {
    switch (node?.type) {
      case "Literal":
        // 1e999 is no number of JSON.
        return node.regex === undefined && node.bigint === undefined && node.value !== Number.POSITIVE_INFINITY
      case "TemplateLiteral":
        return node.expressions.length === 0
      case "UnaryExpression":
        // Neither -0 nor -"a" is one.
        return node.operator === "-" && Number.isFinite(node.argument.value) && node.argument.value !== 0
      case "Identifier":
        return declared.has(node.name)
      case "ArrayExpression":
        return node.elements.every(isFixed)
      case "ObjectExpression":
        return node.properties.every(isFixed)
      case "Property":
        if (node.kind !== "init" || node.method || node.computed) return false
        // `__proto__: {}` is no member.
        return (node.key.name ?? node.key.value) !== "__proto__" && isFixed(node.value)
      case "SpreadElement":
        return isFixed(node.argument)
      default:
        return false
    }
  }
  return program.body.every((statement) => {
    if (statement.type === "ExportNamedDeclaration") return statement.declaration === null && statement.source === null
    if (statement.type !== "VariableDeclaration") return false
    return statement.declarations.every(({ id, init }) => {
      const isOne = id.type === "Identifier" && isFixed(init)
      if (isOne) declared.add(id.name)
      return isOne
    })
  })
}
