/** Which model a passed-through call is for, whatever it is: rules of models apply to it, too. */

import { JsonDocument, type Exchange, type ProviderInstance } from '../../core/index.ts'
import { stringOf } from '../../core/document/readings.ts'
import { decode, encodingIn, isKnownEncoding } from '../../core/content-encoding.ts'
import { modelAt } from './plain-path.ts'

/** A body that is larger when it is decoded is not looked into. */
const decodedBytes = 32 * 1024 * 1024
const openBrace = 0x7b
const byteOrderMark = Buffer.from('\uFEFF')

/** The JSON object that the body is, under whatever type, decoded if it is encoded; undefined if it is none. */
export function bodyObject({ bytes, request }: Exchange): JsonDocument | undefined | Promise<JsonDocument | undefined> {
  if (bytes === undefined || bytes.length === 0) return undefined
  const encoding = encodingIn(request.headers['content-encoding']?.toString())
  if (encoding === 'identity') return objectIn(bytes)
  return isKnownEncoding(encoding) ? decode(encoding, bytes, decodedBytes).then(objectIn, () => undefined) : undefined
}

function objectIn(said: Buffer): JsonDocument | undefined {
  const bytes = said.subarray(0, byteOrderMark.length).equals(byteOrderMark) ? said.subarray(byteOrderMark.length) : said
  return bytes.find(byte => byte > 0x20) === openBrace ? JsonDocument.tryParse(bytes) : undefined
}

/** What models stand behind in paths; of the latter only at the end, as in `models/a:generate`. */
const holders: ReadonlySet<string> = new Set(['deployments', 'engines', 'model'])
const collections: ReadonlySet<string> = new Set(['models', 'tunedmodels', 'endpoints'])

/** The model in the path, else the one that the body names: a provider that has it in the path does not look into the body. @returns empty where neither tells */
export function namedModel(body: JsonDocument | undefined, provider: ProviderInstance, segments: readonly string[]): string {
  return modelAmong(segments) ?? modelServed(provider, segments) ?? stringOf(body?.root.get('model')) ?? ''
}

function modelAmong(segments: readonly string[]): string | undefined {
  const at = segments.findIndex((segment, index) => {
    const holder = segment.toLowerCase()
    return (holders.has(holder) && index + 1 < segments.length) || (collections.has(holder) && index + 2 === segments.length)
  })
  return at < 0 ? undefined : segments[at + 1]?.replace(/:[a-z]+$/i, '')
}

/** Where a provider's operations have the model elsewhere in their paths. */
function modelServed({ operations }: ProviderInstance, segments: readonly string[]): string | undefined {
  const path = `/${segments.join('/')}`
  return [...operations.values()].map(place => modelAt(place.path, path)).find(Boolean)
}
