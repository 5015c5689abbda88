/** The id that a provider gave its answer. */

import { JsonError, type Exchange, type JsonNode } from '../../core/index.ts'

const longest = 256

/** Undefined where the answer has none. */
export function responseIdOf(exchange: Exchange): string | undefined {
  const { attempts, cache } = exchange
  const attempt = attempts.at(-1)
  if (cache === 'hit' || attempt?.outcome !== 'established') return undefined
  const id = attempt.translation === undefined ? read(exchange) : attempt.translation.responseId
  return id === undefined || id.length > longest ? undefined : id
}

function read({ streamEnds, reply, operation }: Exchange): string | undefined {
  // What is passed on unread may be anything with an id: a file, a list's first entry.
  if (streamEnds === undefined) return operation === 'passthrough' ? undefined : ofReply(reply)
  for (const { document } of streamEnds().events) {
    const id = document === undefined ? undefined : idIn(document.root)
    if (id !== undefined) return id
  }
  return undefined
}

function ofReply(reply: Exchange['reply']): string | undefined {
  try {
    return reply?.document === undefined ? undefined : idIn(reply.document.root)
  } catch (cause) {
    if (cause instanceof JsonError) return undefined
    throw cause
  }
}

/** `id` of chats and whole replies, `response.id` and `message.id` in events, `responseId` of Google's. */
function idIn(root: JsonNode): string | undefined {
  if (root.kind !== 'object') return undefined
  return textOf(root.get('id')) ?? textOf(root.get('responseId')) ?? textOf(inner(root, 'response')) ?? textOf(inner(root, 'message'))
}

function inner(root: JsonNode, name: string): JsonNode | undefined {
  const node = root.get(name)
  return node?.kind === 'object' ? node.get('id') : undefined
}

function textOf(node: JsonNode | undefined): string | undefined {
  return node?.kind === 'string' ? node.string() : undefined
}
