/** What callers who are confined to a user path reach at a provider: the responses, conversations, files and batches that the gateway has on record as theirs. */

import { gatewayError, type Exchange, type Files, type GatewayError, type JsonDocument, type OwnedObjects, type ProviderInstance } from '../../core/index.ts'
import { fileReferences } from '../shared/objects/file-references.ts'
import { itemReferences } from '../shared/objects/item-references.ts'
import { notFound, scopeOf } from '../shared/objects/ownership.ts'
import { orStoreRefusal } from '../shared/objects/store-refusal.ts'
import { said, stringOf } from '../../core/document/readings.ts'
import { flatSegmentsOf } from './plain-path.ts'

/** The kinds of objects that have owners, as paths name them, and one of each. */
const kinds: ReadonlyMap<string, string> = new Map([
  ['responses', 'response'],
  ['conversations', 'conversation'],
  ['files', 'file'],
  ['batches', 'batch'],
])
/** What stands in the place of an id, and is an operation. */
const operations: ReadonlySet<string> = new Set(['compact', 'input_tokens'])

export interface Sources {
  readonly files: Files | undefined
  readonly objects: readonly OwnedObjects[]
}

/** A call below a provider. */
export interface PassedCall {
  readonly exchange: Exchange
  readonly provider: ProviderInstance
  /** Path and query below its base URL. */
  readonly target: string
  /** Undefined for one that is no JSON, or that nobody can read. */
  readonly body: JsonDocument | undefined
}

/** An object that a call names. */
interface Named {
  readonly kind: string
  readonly id: string
  /** Where the body names it. */
  readonly param?: string
}

/** Asks for every object that a call names. @returns the refusal of one that is unknown, or another's: nothing tells the one from the other */
export function outOfReach(call: PassedCall, sources: Sources): Promise<GatewayError | undefined> | GatewayError | undefined {
  const {
    exchange: {
      caller,
      request: { method },
      hasBytes,
    },
    body,
  } = call
  if (scopeOf(caller) === undefined) return undefined
  const segments = flatSegmentsOf(call.target)
  const list = kinds.get(segments.at(-1)?.toLowerCase() ?? '')
  if (list !== undefined && method !== 'POST') return notFound(`a list of every ${list}`)
  const mayRefer = segments.some(segment => /^(responses|batches)$/i.test(segment)) && hasBytes
  if (mayRefer && body === undefined) return gatewayError('invalid_json', 'nobody can tell what this body refers to: send it as plain JSON')
  const named = [...namedInPath(method, segments), ...(body === undefined ? [] : namedInBody(body, call.provider, mayRefer))]
  return named.length === 0 ? undefined : orStoreRefusal(firstUnknown(call, named, sources))
}

function namedInPath(method: string, segments: readonly string[]): readonly Named[] {
  return segments.flatMap((segment, index) => {
    const kind = segment.toLowerCase()
    const id = segments[index + 1]
    if (!kinds.has(kind) || id === undefined || (method === 'POST' && kind === 'responses' && operations.has(id) && segments.length === index + 2)) return []
    return [{ kind, id }]
  })
}

/** @param mayRefer whether it may name more than files, whose ids are told from their places */
function namedInBody(body: JsonDocument, provider: ProviderInstance, mayRefer: boolean): readonly Named[] {
  // What other providers keep nobody here knows.
  const files = provider.endpoint('files_create') === undefined ? [] : fileReferences(body).map(reference => ({ kind: 'files', ...reference }))
  return mayRefer ? [...namedObjects(body), ...files] : files
}

function namedObjects(body: JsonDocument): readonly Named[] {
  const { root } = body
  const conversation = said(root, 'conversation')
  const references: readonly (readonly [kind: string, param: string, id: string | undefined])[] = [
    ['responses', 'previous_response_id', stringOf(said(root, 'previous_response_id'))],
    ['conversations', 'conversation', stringOf(conversation) ?? stringOf(conversation?.get('id'))],
    ['files', 'input_file_id', stringOf(said(root, 'input_file_id'))],
    ...itemReferences(body).map(({ id, index }) => ['items', `input[${index}]`, id] as const),
  ]
  return references.flatMap(([kind, param, id]) => (id === undefined ? [] : [{ kind, param, id }]))
}

async function firstUnknown({ exchange, provider: { name } }: PassedCall, named: readonly Named[], sources: Sources): Promise<GatewayError | undefined> {
  for (const { kind, id, param } of named) {
    if (!(await isReached(exchange, { kind, id }, name, sources))) return notFound(`${kinds.get(kind) ?? 'item'} '${id}'`, param)
  }
  return undefined
}

/** The gateway's own conversations are at no provider. */
async function isReached(exchange: Exchange, { kind, id }: Named, provider: string, { files, objects }: Sources): Promise<boolean> {
  if (kind === 'files') return (await files?.find(exchange, id))?.provider === provider
  for (const source of objects) {
    if (source.kind === kind && (await source.isReached(exchange, id, provider))) return true
  }
  return false
}
