/** Downloads a list of models, where it changed. */

import { processProxyFor } from '../../core/config/providers/proxy.ts'
import { smallCall } from '../../core/upstream/small-call.ts'

const timeoutMs = 30_000
const longestBytes = 64 << 20
const mostRedirects = 5

/** @param etag of the one that is known. @returns undefined if that is the one. @throws Error saying what went wrong; nothing of it is secret */
export async function downloaded(
  url: URL,
  etag: string | undefined,
  redirects = 0,
): Promise<{ readonly text: string; readonly etag: string | undefined } | undefined> {
  const headers = { accept: 'application/json', ...credentials(url), ...(etag === undefined ? {} : { 'if-none-match': etag }) }
  const proxyUrl = processProxyFor(url.href)
  const reply = await smallCall({ method: 'GET', url: bare(url), headers, timeoutMs, longestBytes, ...(proxyUrl === undefined ? {} : { proxyUrl }) })
  if (reply.status === 304 && etag !== undefined) return undefined
  if (reply.status === 200) return { text: reply.body, etag: reply.headers?.['etag'] }
  const location = [301, 302, 303, 307, 308].includes(reply.status) ? URL.parse(reply.headers?.['location'] ?? '', url.href) : null
  if (location === null || redirects === mostRedirects || !/^https?:$/.test(location.protocol))
    throw new Error(`${url.origin}${url.pathname} answered ${reply.status}`)
  return await downloaded(location, etag, redirects + 1)
}

/** Another host that is redirected to learns no password. */
function credentials({ username, password }: URL): Readonly<Record<string, string>> {
  if (username === '' && password === '') return {}
  return { authorization: `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}` }
}

function bare(url: URL): string {
  const copy = new URL(url)
  copy.username = copy.password = ''
  return copy.href
}
