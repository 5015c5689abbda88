/** A thought of the model, and what its readers share. */

import type { Json, ReasoningBlock, VendorState } from '../../../core/neutral/request.ts'

/** What requests and replies have in common of a thought. */
export type Thought = Omit<ReasoningBlock, 'at'>

export function stateOf(vendor: string, value: Json | undefined): VendorState | undefined {
  return typeof value === 'string' && value !== '' ? { vendor, value } : undefined
}
