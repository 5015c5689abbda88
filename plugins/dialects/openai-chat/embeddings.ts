/** Embeddings as the caller asked for them: base64 or floats, in the order of the inputs. A reply that is so already stays as it is. */

import type { JsonDocument, JsonNode } from '../../../core/index.ts'

/** Splices what differs from the request's `encoding_format` (floats by default). */
export function conformEmbeddings(request: JsonDocument, reply: JsonDocument): void {
  const data = reply.root.get('data')
  if (data?.kind !== 'array') return
  const wanted = request.root.get('encoding_format')?.value() === 'base64' ? 'base64' : 'float'
  const items = data.items()
  for (const item of items) {
    const embedding = item.kind === 'object' ? item.get('embedding') : undefined
    if (embedding?.kind === 'array' && wanted === 'base64') reply.replace(embedding, JSON.stringify(toBase64(embedding.value() as number[])))
    if (embedding?.kind === 'string' && wanted === 'float') reply.replace(embedding, JSON.stringify(fromBase64(embedding.string())))
  }
  if (!isOrdered(items))
    reply.replace(
      data,
      `[${items
        .toSorted((one, other) => indexOf(one) - indexOf(other))
        .map(item => item.json())
        .join(',')}]`,
    )
}

function isOrdered(items: readonly JsonNode[]): boolean {
  return items.every((item, i) => i === 0 || indexOf(items[i - 1] as JsonNode) <= indexOf(item))
}

function indexOf(item: JsonNode): number {
  return item.kind === 'object' ? Number(item.get('index')?.value() ?? 0) : 0
}

/** Little-endian float32, as OpenAI spells it. */
function toBase64(values: readonly number[]): string {
  const bytes = Buffer.alloc(values.length * 4)
  values.forEach((value, i) => bytes.writeFloatLE(value, i * 4))
  return bytes.toString('base64')
}

function fromBase64(text: string): number[] {
  const bytes = Buffer.from(text, 'base64')
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, i) => bytes.readFloatLE(i * 4))
}
