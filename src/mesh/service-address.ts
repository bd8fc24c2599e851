const address = /^https?:\/\/(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:]+\])(?::\d{1,5})?$/

/**
 * An address as scheme, host and port. It becomes part of a text, so nothing else may be in it.
 *
 * @throws TypeError if it has another form
 */
export function checkedAddress(name: string, value: string): string {
  if (!address.test(value)) throw new TypeError(`${name} must be scheme, host and port, such as http://127.0.0.1:9191`)
  return value
}
