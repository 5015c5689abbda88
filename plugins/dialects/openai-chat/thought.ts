/** A thought of the model, and what its readers share. */

import { isObject } from '../../../core/neutral/arguments.ts'
import type { Json, JsonObject, ReasoningBlock, VendorState } from '../../../core/neutral/request.ts'

/** What requests and replies have in common of a thought. */
export type Thought = Omit<ReasoningBlock, 'at'>

export function stateOf(vendor: string, value: Json | undefined): VendorState | undefined {
  return typeof value === 'string' && value !== '' ? { vendor, value } : undefined
}

/** The objects of a list. */
export function list(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}
