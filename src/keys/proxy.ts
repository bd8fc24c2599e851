/**
 * The agent for the proxy that the environment names for a URL (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`, in either
 * case), or undefined. The libraries load only when one of the variables is set.
 */
export async function proxyAgentFor(
  url: string,
  environment: { readonly [name: string]: string | undefined },
  signal: AbortSignal,
): Promise<unknown> {
  if (new URL(url).protocol === "http:") return undefined // loopback only, see mayFetch
  const names = ["https_proxy", "all_proxy"]
  if (!names.some((name) => environment[name] || environment[name.toUpperCase()])) return undefined
  const { getProxyForUrl } = await import("proxy-from-env")
  const proxy = getProxyForUrl(url)
  if (proxy === "") return undefined
  const { HttpsProxyAgent } = await import("https-proxy-agent")
  return new HttpsProxyAgent(proxy, { signal }) // else a proxy that says nothing keeps its socket for ever
}
