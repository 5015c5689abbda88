/** Images that a request names by their addresses, fetched for providers that take them as data only. */

import type { JsonDocument, JsonNode } from '../../document/document.ts'
import { Words } from '../../document/words.ts'
import { refusal } from '../../neutral/losses.ts'
import type { Attempt } from '../../pipeline/attempt.ts'
import type { Exchange } from '../../pipeline/exchange.ts'
import { fetchImage, publicGet, Unfit, type Get, type Image } from './image-fetch.ts'
import type { ProviderInstance } from '../provider/provider.ts'
import { wireFor } from '../provider/wire.ts'

const limitMs = 10_000
const mostImages = 20
/** Of all images of a request. */
const mostBytes = 64 * 1024 * 1024

/** Images by the addresses under which a request names them. */
export type Images = ReadonlyMap<string, Image>

/** How images are fetched. */
export interface Fetching {
  readonly get: Get
  /** Which addresses are meant; the others stay. */
  readonly isMeant: (url: string) => boolean
  /** What has been fetched already; grows. */
  readonly known: Map<string, Image>
  /** Aborted when nobody waits any more. */
  readonly signal: AbortSignal
}

/** An image in a request, and where its address stands. */
interface Named {
  readonly url: string
  /** For errors: `messages[0].content[1].image_url.url`. */
  readonly at: string
  /** Puts the image there. */
  put(body: JsonDocument, image: Image): void
}

/** Whether the configuration wants images fetched for this provider. */
export function wantsImages({ settings }: Pick<ProviderInstance, 'settings'>): boolean {
  return settings['fetch_remote_images'] === true
}

const fetchedFor = new WeakMap<Exchange, Map<string, Image>>()

/** What an attempt needs; undefined if that is nothing. What an attempt before has fetched is kept. @throws GatewayError 400 for an image that cannot be had */
export async function imagesFor(exchange: Exchange, { target }: Attempt): Promise<Images | undefined> {
  const { body, forward } = exchange
  if (body === undefined || forward !== undefined || !naming.mayBeIn(body)) return undefined
  const known = fetchedFor.get(exchange) ?? new Map<string, Image>()
  fetchedFor.set(exchange, known)
  const { definition, settings, config } = target.provider
  const wire = wireFor(exchange, target)
  const upstream = wire !== undefined && 'upstream' in wire ? wire.upstream : undefined
  const isMeant = (url: string) => upstream?.imageAsData?.(url) === true || definition.imageAsData?.(url, settings) === true
  return await fetchImages(body, { get: publicGet(config), isMeant, known, signal: exchange.signal })
}

/** Fetches what the request names, each address once, all side by side; undefined if it names none. @throws GatewayError 400 for an image that cannot be had */
export async function fetchImages(body: JsonDocument, { get, isMeant, known, signal }: Fetching): Promise<Images | undefined> {
  const places = new Map(
    namedIn(body)
      .toReversed()
      .map(({ url, at }) => [url, at]),
  )
  const meant = [...places].reverse().filter(([url]) => isMeant(url))
  if (meant.length === 0) return undefined
  const [, tooMany] = meant[mostImages] ?? []
  if (tooMany !== undefined) throw refusal(tooMany, `the request names more than ${mostImages} images to be fetched: send them as data`)
  const others = new AbortController()
  const allowance = { bytes: mostBytes }
  try {
    await Promise.all(
      meant
        .filter(([url]) => !known.has(url))
        .map(async ([url, at]) => {
          const overdue = AbortSignal.timeout(limitMs)
          try {
            known.set(url, await fetchImage(url, get, allowance, AbortSignal.any([signal, others.signal, overdue])))
          } catch (cause) {
            throw refusal(at, `the image cannot be fetched: ${overdue.aborted ? `it took longer than ${limitMs / 1000} s` : reasonOf(cause)}`)
          }
        }),
    )
  } finally {
    others.abort()
  }
  return known
}

/** Callers are not told what hosts there are that are not public, and what is behind them. */
function reasonOf(cause: unknown): string {
  return cause instanceof Unfit ? cause.message : 'its host is not public, or cannot be reached'
}

/** Refuses addresses that the provider does not take, and whose images are not there. @throws GatewayError 400 */
export function refuseAddresses({ body, forward }: Exchange, { target: { provider }, images }: Attempt): void {
  const { definition, settings, name } = provider
  if (definition.imageAsData === undefined || body === undefined || forward !== undefined) return
  const isTaken = (url: string) => images?.has(url) === true || definition.imageAsData?.(url, settings) === false
  const left = namedIn(body).find(({ url }) => !isTaken(url))
  if (left !== undefined) throw refusal(left.at, `${name} fetches no images: send them as data URLs`)
}

/** The request with the images in the place of their addresses. */
export function withImages(body: JsonDocument, images: Images): JsonDocument {
  const own = body.fork()
  for (const named of namedIn(own)) {
    const image = images.get(named.url)
    if (image !== undefined) named.put(own, image)
  }
  return own
}

// Where images are

/** Found in requests that name none, too. */
const naming = new Words('image_url', '"image"')

/** Every image that is given by an http address, in the spelling of any dialect. */
function namedIn(body: JsonDocument): readonly Named[] {
  if (!naming.mayBeIn(body)) return []
  const found: Named[] = []
  for (const list of ['messages', 'input'])
    body.root
      .get(list)
      ?.items()
      .forEach((item, index) => {
        look(item, `${list}[${index}]`, found)
      })
  return found.filter(({ url }) => /^https?:/i.test(url))
}

/** Messages and tool results have their parts in `content`, results of Responses in `output`. */
function look(node: JsonNode, at: string, found: Named[]): void {
  const image = imageAt(node, at)
  if (image !== undefined) found.push(image)
  for (const list of ['content', 'output'])
    node
      .get(list)
      ?.items()
      .forEach((part, index) => {
        look(part, `${at}.${list}[${index}]`, found)
      })
}

function imageAt(part: JsonNode, at: string): Named | undefined {
  const place = part.get('image_url')
  const source = part.get('source')
  if (place?.kind === 'string') return inPlace(place, `${at}.image_url`)
  const url = place?.get('url')
  if (url?.kind === 'string') return inPlace(url, `${at}.image_url.url`)
  const address = source?.get('url')
  if (source === undefined || address?.kind !== 'string' || part.get('type')?.value() !== 'image') return undefined
  return {
    url: address.string(),
    at: `${at}.source.url`,
    put: (body, { mime, data }) => {
      body.replace(source, JSON.stringify({ type: 'base64', media_type: mime, data }))
    },
  }
}

function inPlace(node: JsonNode, at: string): Named {
  return {
    url: node.string(),
    at,
    put: (body, { mime, data }) => {
      body.replace(node, JSON.stringify(`data:${mime};base64,${data}`))
    },
  }
}
