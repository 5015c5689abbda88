/** Asks which version is the newest. The question says nothing of who asks. */

import { processProxyFor } from '../../core/config/providers/proxy.ts'
import { smallCall } from '../../core/upstream/small-call.ts'
import { readVersion } from './version-order.ts'

const longestBytes = 1 << 20

/** @throws Error saying why nobody knows; nothing of it is secret */
export async function newestVersion(url: URL, timeoutMs: number): Promise<string> {
  const proxyUrl = processProxyFor(url.href)
  const { status, body } = await smallCall({
    method: 'GET',
    url: url.href,
    headers: { accept: 'application/json', 'user-agent': 'tapline' },
    timeoutMs,
    longestBytes,
    ...(proxyUrl === undefined ? {} : { proxyUrl }),
  })
  if (status !== 200) throw new Error(`${url.host} answered with status ${status}`)
  const said = JSON.parse(body) as Readonly<Record<string, unknown>> | null
  const version = [said?.['version'], said?.['latest'], said?.['tag_name']].map(readVersion).find(found => found !== undefined)
  if (version === undefined) throw new Error(`${url.host} names no version`)
  return version
}
