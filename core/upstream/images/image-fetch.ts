/** Fetches an image from the public internet, for a caller who names its address: nothing else, and from nowhere else. */

import { isIP } from 'node:net'
import { proxyFor, type ProxySettings } from '../../config/providers/proxy.ts'
import { unbracketed } from '../../networks.ts'
import { connectionsTo } from '../transport/connections.ts'
import { undici } from '../transport/undici.ts'
import { isPublicAddress, publicLookup } from './public-address.ts'

const limitBytes = 20 * 1024 * 1024
const mostRedirects = 5
const connectMs = 10_000

export interface Image {
  readonly mime: string
  /** In base64. */
  readonly data: string
}

/** One answer of a server: a redirect is not followed. */
export interface Fetched {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: AsyncIterable<Buffer>
  /** To be called in the end, whatever was read. */
  close(): Promise<void>
}

/** Asks a public server; tests ask nobody. */
export type Get = (url: URL, signal: AbortSignal) => Promise<Fetched>

/** How many bytes may still be read, by all who share it. */
export interface Allowance {
  bytes: number
}

/** What is wrong with an image, as its caller may know it. */
export class Unfit extends Error {}

/** @throws Unfit, or whatever kept the server from answering */
export async function fetchImage(from: string, get: Get, allowance: Allowance, signal: AbortSignal): Promise<Image> {
  let url = checked(from)
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    const fetched = await get(url, signal)
    try {
      const { status, headers } = fetched
      const { location } = headers
      if (status === 200) return await read(fetched, allowance)
      if (status < 300 || status > 399 || typeof location !== 'string') throw new Unfit(`the server answered with status ${status}`)
      url = checked(location, url)
    } finally {
      await fetched.close()
    }
  }
  throw new Unfit(`there are more than ${mostRedirects} redirects`)
}

/** @throws Unfit for what is not at a public server */
function checked(address: string, base?: URL): URL {
  const url = URL.parse(address, base?.href)
  if (url === null) throw new Unfit('its address is not a URL')
  const host = unbracketed(url.hostname)
  if (url.protocol !== 'https:') throw new Unfit('its address is not https')
  if (url.username !== '' || url.password !== '') throw new Unfit('its address holds a user')
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw new Unfit(`${host} is not a public host`)
  return url
}

async function read({ headers, body }: Fetched, allowance: Allowance): Promise<Image> {
  const mime =
    String(headers['content-type'] ?? '')
      .split(';', 1)[0]
      ?.trim()
      .toLowerCase() ?? ''
  if (!/^image\/[\w.+-]+$/.test(mime)) throw new Unfit(`it is of type ${mime === '' ? 'unknown' : mime}`)
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') throw new Unfit('it is compressed once more on its way')
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of body) {
    length += chunk.length
    allowance.bytes -= chunk.length
    if (length > limitBytes) throw new Unfit('it is larger than 20 MiB')
    if (allowance.bytes < 0) throw new Unfit('the images of the request are too large together')
    chunks.push(chunk)
  }
  return { mime, data: Buffer.concat(chunks).toString('base64') }
}

/**
 * Asks public servers, each on a connection of its own. Through a proxy too, the server is the one whose address was checked: the name is looked
 * up here, and the proxy gets the address.
 */
export function publicGet(through: ProxySettings, lookup = publicLookup()): Get {
  return async (url, signal) => {
    const proxyUrl = proxyFor(url.href, through)
    const to = new URL(url)
    if (proxyUrl !== undefined) to.hostname = await addressOf(unbracketed(url.hostname), lookup, signal)
    const dispatcher = connectionsTo(to.origin, { connectMs, proxyUrl, lookup })
    const close = () => dispatcher.destroy()
    try {
      const { statusCode, headers, body } = await undici().request(to, {
        dispatcher,
        signal,
        headers: { host: url.host, accept: 'image/*', 'accept-encoding': 'identity' },
      })
      return { status: statusCode, headers, body, close }
    } catch (cause) {
      await close()
      throw cause
    }
  }
}

/** As a URL spells it. */
function addressOf(host: string, lookup: ReturnType<typeof publicLookup>, signal: AbortSignal): Promise<string> {
  if (isIP(host) !== 0) return Promise.resolve(host.includes(':') ? `[${host}]` : host)
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
    lookup(host, { order: 'ipv4first' }, (error, address) => {
      if (error !== null) reject(error)
      else if (typeof address !== 'string') reject(new TypeError('one address was asked for'))
      else resolve(address.includes(':') ? `[${address}]` : address)
    })
  })
}
