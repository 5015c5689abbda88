/** Images that a request names by their addresses, fetched for providers that do not. */

import { isIP } from 'node:net'
import { Agent, buildConnector, request } from 'undici'
import type { JsonDocument, JsonNode } from '../document/document.ts'
import { GatewayError } from '../errors.ts'
import { refusal } from '../neutral/losses.ts'
import { isPublicAddress, publicLookup } from './public-address.ts'

const limitMs = 10_000
const limitBytes = 20 * 1024 * 1024
const mostRedirects = 5
const types = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp'])

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

/** Images by the addresses under which a request names them. */
export type Images = ReadonlyMap<string, { readonly mime: string; readonly data: string }>

/** An image in a request, and where its address stands. */
interface Named {
  readonly url: string
  /** For errors: `messages[0].content[1].image_url.url`. */
  readonly at: string
  /** Puts the image there. */
  put(body: JsonDocument, mime: string, data: string): void
}

/** Whether the configuration wants them fetched for this provider. */
export function wantsImages({ fetch_remote_images: isWanted, image_urls: images }: Readonly<Record<string, unknown>>): boolean {
  return isWanted === true || images === 'fetch'
}

/** Fetches what the request names, each address once; undefined if it names none. @throws GatewayError 400 for an image that cannot be had */
export async function fetchImages(body: JsonDocument, get: Get = getPublic): Promise<Images | undefined> {
  const named = new Map(namedIn(body).map(image => [image.url, image.at]))
  if (named.size === 0) return undefined
  return new Map(await Promise.all([...named].map(async ([url, at]) => [url, await fetchImage(url, at, get)] as const)))
}

/** The request with the images in the place of their addresses. */
export function withImages(body: JsonDocument, images: Images): JsonDocument {
  const own = body.fork()
  for (const image of namedIn(own)) {
    const fetched = images.get(image.url)
    if (fetched !== undefined) image.put(own, fetched.mime, fetched.data)
  }
  return own
}

async function fetchImage(url: string, at: string, get: Get): Promise<{ readonly mime: string; readonly data: string }> {
  try {
    return await follow(url, get, AbortSignal.timeout(limitMs))
  } catch (cause) {
    if (cause instanceof GatewayError) throw cause
    throw refusal(at, `the image cannot be fetched: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
}

async function follow(from: string, get: Get, signal: AbortSignal): Promise<{ readonly mime: string; readonly data: string }> {
  let url = checked(from)
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    const fetched = await get(url, signal)
    try {
      const { status, headers, body } = fetched
      const { location } = headers
      if (status === 200) return await read(String(headers['content-type'] ?? ''), body)
      if (status < 300 || status > 399 || typeof location !== 'string') throw new Error(`the server answered with status ${status}`)
      url = checked(new URL(location, url).href)
    } finally {
      await fetched.close()
    }
  }
  throw new Error(`there are more than ${mostRedirects} redirects`)
}

/** @throws Error for what is not at a public server */
function checked(address: string): URL {
  const url = new URL(address)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (url.protocol !== 'https:') throw new Error('its address is not https')
  if (url.username !== '' || url.password !== '') throw new Error('its address holds a user')
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw new Error(`${host} is not a public host`)
  return url
}

async function read(type: string, body: AsyncIterable<Buffer>): Promise<{ readonly mime: string; readonly data: string }> {
  const mime = type.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (!types.has(mime)) throw new Error(`it is of type ${mime === '' ? 'unknown' : mime}`)
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of body) {
    length += chunk.length
    if (length > limitBytes) throw new Error(`it is larger than ${limitBytes} bytes`)
    chunks.push(chunk)
  }
  return { mime, data: Buffer.concat(chunks).toString('base64') }
}

/** On a connection of its own: names are resolved to public addresses only. */
const getPublic: Get = async (url, signal) => {
  const dispatcher = new Agent({ connect: buildConnector({ lookup: publicLookup(), timeout: limitMs }), pipelining: 0 })
  const close = () => dispatcher.destroy()
  try {
    const { statusCode, headers, body } = await request(url, { dispatcher, signal, headers: { accept: [...types].join(', ') } })
    return { status: statusCode, headers, body, close }
  } catch (cause) {
    await close()
    throw cause
  }
}

// Where images are

const words = ['image_url', '"image"'].map(word => Buffer.from(word))

/** Every image that is given by an http address, in the spelling of any dialect. */
function namedIn(body: JsonDocument): readonly Named[] {
  if (!body.edited && !words.some(word => body.bytes.includes(word))) return []
  const found: Named[] = []
  for (const list of ['messages', 'input']) body.root.get(list)?.items().forEach((item, index) => { look(item, `${list}[${index}]`, found) })
  return found.filter(({ url }) => /^https?:/i.test(url))
}

/** Messages and tool results have their parts in `content`, results of Responses in `output`. */
function look(node: JsonNode, at: string, found: Named[]): void {
  const image = imageAt(node, at)
  if (image !== undefined) found.push(image)
  for (const list of ['content', 'output']) node.get(list)?.items().forEach((part, index) => { look(part, `${at}.${list}[${index}]`, found) })
}

function imageAt(part: JsonNode, at: string): Named | undefined {
  const place = part.get('image_url')
  const source = part.get('source')
  if (place?.kind === 'string') return inPlace(place, `${at}.image_url`)
  const url = place?.get('url')
  if (url?.kind === 'string') return inPlace(url, `${at}.image_url.url`)
  const address = source?.get('url')
  if (source === undefined || address?.kind !== 'string' || part.get('type')?.value() !== 'image') return undefined
  return { url: address.string(), at: `${at}.source.url`, put: (body, mime, data) => { body.replace(source, JSON.stringify({ type: 'base64', media_type: mime, data })) } }
}

function inPlace(node: JsonNode, at: string): Named {
  return { url: node.string(), at, put: (body, mime, data) => { body.replace(node, JSON.stringify(`data:${mime};base64,${data}`)) } }
}
