/** Which model a passed-through call is for, whatever it is: rules of models apply to it, too. */

import { JsonDocument, type Exchange, type ProviderInstance } from '../../core/index.ts'
import { decode, encodingIn, isKnownEncoding } from '../../core/http/content-encoding.ts'
import { decodedOrNot } from './plain-path.ts'

/** A body that is larger when it is decoded is not looked into. */
const decodedBytes = 32 * 1024 * 1024
const openBrace = 0x7b

/** The JSON object that the body is, under whatever type, decoded if it is encoded; undefined if it is none. */
export function bodyObject({ bytes, request }: Exchange): JsonDocument | undefined | Promise<JsonDocument | undefined> {
  if (bytes === undefined || bytes.length === 0) return undefined
  const encoding = encodingIn(request.headers['content-encoding']?.toString())
  if (encoding === 'identity') return objectIn(bytes)
  return isKnownEncoding(encoding) ? decode(encoding, bytes, decodedBytes).then(objectIn, () => undefined) : undefined
}

function objectIn(bytes: Buffer): JsonDocument | undefined {
  if (bytes.find(byte => byte > 0x20) !== openBrace) return undefined
  try {
    return JsonDocument.parse(bytes)
  } catch {
    return undefined
  }
}

/** The model that the body names, else the one in the path. @param target path and query below the provider's base URL @returns empty where neither tells */
export function namedModel(body: JsonDocument | undefined, provider: ProviderInstance, target: string): string {
  const named = body?.root.get('model')
  return named?.kind === 'string' ? named.string() : modelIn(provider, target.split('?', 1)[0] ?? '')
}

/** Where a provider's operations have the model in their paths. */
function modelIn({ operations }: ProviderInstance, path: string): string {
  for (const place of operations.values()) {
    const [before = '', behind] = (place.path.split('?', 1)[0] ?? '').split('{model}', 2)
    if (behind === undefined || !path.startsWith(before) || !path.endsWith(behind)) continue
    const model = path.slice(before.length, path.length - behind.length)
    if (model !== '' && !model.includes('/')) return decodedOrNot(model)
  }
  return ''
}
