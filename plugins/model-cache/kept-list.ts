/** A list of models as it is kept: as text that says whose it is, and of when. */

import { createHash } from 'node:crypto'
import type { KeptListing, ModelEntry, ProviderInstance } from '../../core/index.ts'

/** Lists of another version are not read. */
const version = 1

interface KeptList {
  readonly version: typeof version
  readonly provider: string
  /** Milliseconds since 1970. */
  readonly listed_at: number
  readonly models: readonly ModelEntry[]
}

/** Whose list it is: another address has another list, whatever the instance is called. Safe as the name of a file. */
export function idOf({ name, type, baseUrl = '' }: Pick<ProviderInstance, 'name' | 'type' | 'baseUrl'>): string {
  const address = createHash('sha256').update(`${name}\n${type}\n${baseUrl}`).digest('hex').slice(0, 16)
  return `${name.replace(/[^\w-]/g, '_')}-${address}`
}

export function written(provider: string, models: readonly ModelEntry[], nowMs: number): string {
  return JSON.stringify({ version, provider, listed_at: nowMs, models } satisfies KeptList)
}

/** @param since lists of an earlier moment do not count. @throws Error saying why the text is of no use */
export function read(text: string, since: number): KeptListing {
  const kept = JSON.parse(text) as Partial<KeptList> | null
  if (kept?.version !== version) throw new Error('it was not written by this version')
  if (!Array.isArray(kept.models) || typeof kept.listed_at !== 'number' || !kept.models.every(isEntry)) throw new Error('it holds no list of models')
  if (kept.listed_at < since) throw new Error(`it is of ${new Date(kept.listed_at).toISOString()}`)
  return { at: kept.listed_at, entries: kept.models as readonly ModelEntry[] }
}

function isEntry(entry: unknown): boolean {
  return typeof entry === 'object' && entry !== null && typeof (entry as ModelEntry).id === 'string'
}
