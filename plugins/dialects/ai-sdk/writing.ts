/** What the writers of one request share. */

import type { Json, JsonObject } from '../../../core/index.ts'
import type { Losses } from '../../../core/neutral/losses.ts'
import type { Destination } from '../../../core/neutral/translation.ts'
import { isOwn } from '../../../core/neutral/state.ts'
import type { ToolNames } from '../../../core/neutral/tool-names.ts'
import type { CacheMark, VendorState } from '../../../core/neutral/request.ts'

export const dialect = 'ai-sdk'

export interface Writing {
  readonly to: Destination
  readonly losses: Losses
  readonly names: ToolNames
}

/** Options of a message or part, by vendor: its cache mark, its state, and what else is said of it. Packages read only their own. */
export function providerOptions(
  to: Destination,
  {
    cache,
    state,
    further = {},
  }: { readonly cache?: CacheMark | undefined; readonly state?: VendorState | undefined; readonly further?: Readonly<Record<string, JsonObject>> },
): JsonObject {
  const own = state !== undefined && isOwn(state, to) ? stateOptions(state) : {}
  const marked: JsonObject =
    cache === undefined ? {} : { anthropic: { cacheControl: { type: 'ephemeral', ...(cache.ttl === undefined ? {} : { ttl: cache.ttl }) } } }
  const options = joined(joined(further, own), marked)
  return Object.keys(options).length === 0 ? {} : { providerOptions: options }
}

/** Two sets of options by vendor; the second wins. */
export function joined(one: Readonly<Record<string, Json>>, other: Readonly<Record<string, Json>>): JsonObject {
  const all = { ...one }
  for (const [vendor, options] of Object.entries(other)) all[vendor] = { ...(all[vendor] as JsonObject | undefined), ...(options as JsonObject) }
  return all
}

function stateOptions({ vendor, value }: VendorState): JsonObject {
  switch (vendor) {
    case 'anthropic':
      return { anthropic: { signature: value } }
    case 'google':
      return { google: { thoughtSignature: value } }
    case 'openai':
      return { openai: { reasoningEncryptedContent: value } }
    default:
      return {}
  }
}
