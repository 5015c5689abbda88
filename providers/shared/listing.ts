/** Model lists that say more of a model than its id. */

import type { ModelEntry } from '../../core/index.ts'

type Listed = Readonly<Record<string, unknown>>

/** Reads OpenAI's list, or a bare array, and what each entry says besides. @throws Error if it is neither */
export function listOf(body: unknown, metadata: (entry: Listed) => Listed): readonly ModelEntry[] {
  const data = Array.isArray(body) ? (body as unknown[]) : (body as { readonly data?: unknown } | null)?.data
  if (!Array.isArray(data)) throw new Error('the model list is neither {"data": […]} nor an array')
  return data.filter(isEntry).map(entry => {
    const known = whatIsSaid(metadata(entry))
    return {
      id: entry.id,
      ...(typeof entry['created'] === 'number' ? { created: entry['created'] } : {}),
      ...(typeof entry['owned_by'] === 'string' ? { owned_by: entry['owned_by'] } : {}),
      ...(Object.keys(known).length === 0 ? {} : { metadata: known }),
    }
  })
}

function isEntry(entry: unknown): entry is Listed & { readonly id: string } {
  return typeof (entry as { readonly id?: unknown } | null)?.id === 'string'
}

/** Only what is said. */
function whatIsSaid(metadata: Listed): Listed {
  return Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== undefined && value !== null))
}
