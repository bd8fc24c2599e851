/** Asks an authorization server for an access token by client credentials (RFC 6749 section 4.4). */
export async function requestToken(
  issuer: string,
  parameters: { readonly [name: string]: string },
  client: { readonly id: string; readonly secret: string },
): Promise<string> {
  const response = await fetch(`${issuer}/token`, {
    method: "POST",
    headers: {
      authorization: `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString("base64")}`,
      "content-type": "application/x-www-form-urlencoded",
    },
    body: new URLSearchParams({ grant_type: "client_credentials", ...parameters }).toString(),
  })
  const { access_token } = (await response.json()) as { access_token?: string }
  if (access_token === undefined)
    throw new Error(`the authorization server answered ${response.status} without a token`)
  return access_token
}
