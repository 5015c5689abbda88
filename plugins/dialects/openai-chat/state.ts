/** Reasoning and the opaque state of vendors, as chat messages carry them in both directions: `extra_content` and its like. */

import { isObject } from '../../../core/neutral/arguments.ts'
import { objectsOf } from '../../../core/neutral/lenient.ts'
import { defined } from '../../../core/neutral/members.ts'
import type { Json, JsonObject, VendorState } from '../../../core/neutral/request.ts'
import { readDetails } from './details.ts'
import { stateOf, type Thought } from './thought.ts'

// Reading

/** The members in which vendors spell plain reasoning; several may say the same. */
export const reasoningNames = ['reasoning_content', 'reasoning', 'reasoning_text'] as const
/** Where a vendor's signature stands. */
export const signatureNames: readonly string[] = ['extra_content', 'thought_signature', 'thoughtSignature']

/** The thoughts of a whole message: those with state, and what the plain text says beside them. @param router see `readDetail` */
export function readThoughts(message: JsonObject, router?: string): readonly Thought[] {
  const plain = reasoningNames.map(name => message[name]).find((text): text is string => typeof text === 'string' && text !== '')
  const held = readHeld(message, router)
  const [first, ...others] = held
  if (plain === undefined) return held
  if (first !== undefined && first.redacted === undefined && held.every(({ text }) => text === '')) return [{ ...first, text: plain }, ...others]
  return between(held, plain)
}

/** The plain text repeats the texts of the others, and has further ones between; where it does not, it is another spelling of the same. */
function between(held: readonly Thought[], plain: string): readonly Thought[] {
  const all: Thought[] = []
  let end = 0
  for (const thought of held) {
    const start = plain.indexOf(thought.text, end)
    if (start < 0) return held
    if (start > end) all.push({ type: 'reasoning', text: plain.slice(end, start) })
    all.push(thought)
    end = start + thought.text.length
  }
  return end < plain.length ? [...all, { type: 'reasoning', text: plain.slice(end) }] : all
}

function readHeld(message: JsonObject, router: string | undefined): readonly Thought[] {
  const held = readCarriedThoughts(message)
  return held.length > 0 ? held : readDetails(objectsOf(message['reasoning_details']), router)
}

/** The thoughts that a message or a delta carries beside its text, in whole lists. */
export function readCarriedThoughts(message: JsonObject): readonly Thought[] {
  const carried = message['extra_content']
  const held = isObject(carried) ? Object.entries(carried).flatMap(([vendor, content]) => (isObject(content) ? readCarried(vendor, content) : [])) : []
  return held.length > 0 ? held : objectsOf(message['thinking_blocks']).flatMap(readThinkingBlock)
}

function readCarried(vendor: string, content: JsonObject): readonly Thought[] {
  if (vendor === 'anthropic') return objectsOf(content['thinking_blocks']).flatMap(readThinkingBlock)
  return objectsOf(content['reasoning_items']).flatMap(item => readReasoningItem(vendor, item))
}

function readThinkingBlock(block: JsonObject): readonly Thought[] {
  const { type, thinking, signature, data } = block
  if (type === 'redacted_thinking')
    return typeof data === 'string' ? [{ type: 'reasoning', text: '', redacted: data, state: { vendor: 'anthropic', value: '' } }] : []
  if (typeof thinking !== 'string') return []
  return [defined<Thought>({ type: 'reasoning', text: thinking, state: stateOf('anthropic', signature) })]
}

function readReasoningItem(vendor: string, item: JsonObject): readonly Thought[] {
  const { id, encrypted_content: encrypted, summary, content } = item
  const raw = textOf(content)
  return [
    defined<Thought>({
      type: 'reasoning',
      text: raw === '' ? textOf(summary) : raw,
      isSummary: raw === '' ? true : undefined,
      state: stateOf(vendor, encrypted),
      itemId: typeof id === 'string' ? id : undefined,
    }),
  ]
}

function textOf(texts: Json | undefined): string {
  return typeof texts === 'string'
    ? texts
    : objectsOf(texts)
        .map(({ text }) => (typeof text === 'string' ? text : ''))
        .join('\n\n')
}

/** The signature on a tool call, or on a message for its text: of any vendor, or flat for Google's. */
export function readSignature(holder: JsonObject): VendorState | undefined {
  const flat = stateOf('google', holder['thought_signature']) ?? stateOf('google', holder['thoughtSignature'])
  const carried = isObject(holder['extra_content']) ? holder['extra_content'] : {}
  for (const [vendor, content] of Object.entries(carried)) {
    const state = isObject(content) ? stateOf(vendor, content['thought_signature']) : undefined
    if (state !== undefined) return state
  }
  return flat
}

// Writing

type Content = { readonly [vendor: string]: JsonObject }

/** The vendor whose state a thought is or has; encrypted thoughts are Anthropic's unless they say otherwise. */
export function vendorOfThought({ redacted, state }: Thought): string | undefined {
  return state?.vendor ?? (redacted === undefined ? undefined : 'anthropic')
}

/** The state of a message's thoughts, by vendor; `undefined` if there is none. */
export function heldContent(thoughts: readonly Thought[]): Content | undefined {
  const vendors = new Set(thoughts.map(vendorOfThought).filter(vendor => vendor !== undefined))
  const contents = [...vendors].flatMap(vendor => {
    const content = vendor === 'anthropic' ? thinkingBlocks(thoughts) : vendor === 'google' ? lastSignature(thoughts) : reasoningItems(vendor, thoughts)
    return content === undefined ? [] : [[vendor, content] as const]
  })
  return contents.length === 0 ? undefined : Object.fromEntries(contents)
}

function thinkingBlocks(thoughts: readonly Thought[]): JsonObject {
  return { thinking_blocks: thoughts.filter(thought => vendorOfThought(thought) === 'anthropic').map(thinkingBlock) }
}

function thinkingBlock({ text, redacted, state }: Thought): JsonObject {
  if (redacted !== undefined) return { type: 'redacted_thinking', data: redacted }
  return { type: 'thinking', thinking: text, ...(state === undefined || state.value === '' ? {} : { signature: state.value }) }
}

function lastSignature(thoughts: readonly Thought[]): JsonObject | undefined {
  const state = thoughts.findLast(thought => thought.state?.vendor === 'google')?.state
  return state === undefined ? undefined : signature(state)
}

function reasoningItems(vendor: string, thoughts: readonly Thought[]): JsonObject {
  return { reasoning_items: thoughts.filter(thought => vendorOfThought(thought) === vendor).map(reasoningItem) }
}

function reasoningItem({ text, isSummary, state, itemId }: Thought): JsonObject {
  const texts = text === '' ? [] : [{ type: isSummary === true ? 'summary_text' : 'reasoning_text', text }]
  return {
    ...(itemId === undefined ? {} : { id: itemId }),
    encrypted_content: state?.value ?? '',
    summary: isSummary === true ? texts : [],
    ...(isSummary !== true && texts.length > 0 ? { content: texts } : {}),
  }
}

/** The state of a tool call or of a text. */
export function signedContent(state: VendorState): Content {
  return { [state.vendor]: signature(state) }
}

function signature({ value }: VendorState): JsonObject {
  return { thought_signature: value }
}

/** Both contents, members of one vendor joined. */
export function joinContents(one: Content | undefined, other: Content | undefined): Content | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return Object.fromEntries([...new Set([...Object.keys(one), ...Object.keys(other)])].map(vendor => [vendor, { ...one[vendor], ...other[vendor] }]))
}
