import type { ApiSettings, Refused } from "./api.ts"
import { requestVariable } from "./identity-sources.ts"

const variable = /\$(context(?:\.\w+)+|stageVariables\.\w+|method\.request\.(?:header|querystring|path)\.[\w-]+)/g

/**
 * Fills the template of a gateway response. It is plain substitution; a variable without a value is empty.
 *
 * @param values members of `$context` that only this response has
 */
export function filledTemplate(
  template: string,
  values: ReadonlyMap<string, string>,
  api: ApiSettings,
  refused: Refused,
): string {
  return template.replaceAll(variable, (_, name: string) => variableValue(name, values, api, refused) ?? "")
}

/**
 * A path parameter has the value that the route gives it.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
 */
function variableValue(
  name: string,
  values: ReadonlyMap<string, string>,
  api: ApiSettings,
  { request, route }: Refused,
): string | undefined {
  const [, parameter] = /^method\.request\.path\.(.+)$/.exec(name) ?? []
  if (parameter !== undefined) return new Map(Object.entries(route?.pathParameters ?? {})).get(parameter)
  return values.get(name.replace(/^context\./, "")) ?? requestVariable(name, api, request, route)
}

/** What a header may hold: no line ends, and Latin-1 at most. */
export const headerText = (text: string): string => text.replaceAll(/[^\t\x20-\x7e\xa0-\xff]/g, "")
