/** Other vendors' state in thinking blocks, for clients that keep nothing else. */

import type { JsonObject } from '../../../core/index.ts'
import type { Block, ReasoningBlock, VendorState } from '../../../core/neutral/request.ts'
import { isSealed, seal, unseal, type Sealed } from '../../../core/neutral/state.ts'

/** The signature of a block that carries the state of a tool call. */
export function sealCall(callId: string, state: VendorState): string {
  return sealed(state, { call: callId, sig: state.value })
}

/** The signature of a thinking block whose state is another vendor's. */
export function sealThought(text: string, state: VendorState, itemId: string | undefined): string {
  return sealed(state, { type: 'thinking', thinking: text, signature: state.value, ...(itemId === undefined ? {} : { id: itemId }) })
}

function sealed({ vendor, model }: VendorState, entry: JsonObject): string {
  return seal({ v: 1, f: vendor, ...(model === undefined ? {} : { m: model }), s: [entry] })
}

/** Gives what was sealed back to the calls and thoughts that it belongs to; a block that only carried it is no block. */
export function joinSealed(blocks: readonly Block[]): readonly Block[] {
  if (!blocks.some(isSealedThought)) return blocks
  const states = new Map<string, VendorState>()
  const opened = blocks.flatMap((block): readonly Block[] => (isSealedThought(block) ? opening(block, states) : [block]))
  return opened.map(block => {
    const state = block.type === 'tool_call' && block.state === undefined ? states.get(block.id) : undefined
    return block.type === 'tool_call' && state !== undefined ? { ...block, state } : block
  })
}

function isSealedThought(block: Block): block is ReasoningBlock {
  return block.type === 'reasoning' && block.state !== undefined && isSealed(block.state.value)
}

/** What cannot be opened is thinking that nobody signed. */
function opening({ state, ...block }: ReasoningBlock, states: Map<string, VendorState>): readonly ReasoningBlock[] {
  const sealed = unseal(state?.value ?? '')
  for (const { call, sig } of sealed?.s ?? [])
    if (sealed !== undefined && typeof call === 'string' && typeof sig === 'string') states.set(call, stateOf(sealed, sig))
  const thoughts = sealed?.s.filter(({ type }) => type === 'thinking') ?? []
  if (sealed === undefined || thoughts.length === 0) return block.text === '' ? [] : [block]
  return thoughts.map(({ thinking, signature, id }) => ({
    ...block,
    text: typeof thinking === 'string' ? thinking : block.text,
    ...(typeof signature === 'string' && signature !== '' ? { state: stateOf(sealed, signature) } : {}),
    ...(typeof id === 'string' ? { itemId: id } : {}),
  }))
}

function stateOf({ f, m }: Sealed, value: string): VendorState {
  return { vendor: f, value, ...(m === undefined ? {} : { model: m }) }
}
