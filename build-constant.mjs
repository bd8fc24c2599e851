// Finds out whether a configuration is the same wherever it runs.
import { parseSync } from "oxc-parser"

/**
 * Whether a module only says constants: literals, and variables that are literals. Nothing is called, and nothing of the
 * environment is read.
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
        return node.regex === undefined && node.bigint === undefined
      case "TemplateLiteral":
        return node.expressions.length === 0
      case "UnaryExpression":
        return node.operator === "-" && node.argument.type === "Literal" && isFixed(node.argument)
      case "Identifier":
        return declared.has(node.name)
      case "ArrayExpression":
        return node.elements.every(isFixed)
      case "ObjectExpression":
        return node.properties.every(isFixed)
      case "Property":
        return node.kind === "init" && !node.method && !node.computed && isFixed(node.value)
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
