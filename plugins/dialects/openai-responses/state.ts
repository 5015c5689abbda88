/** The opaque state of vendors, as items carry it in both directions: `extra_content`, and `encrypted_content`, sealed where another vendor issued it. */

import { isObject } from '../../../core/neutral/arguments.ts'
import { objectsOf } from '../../../core/neutral/lenient.ts'
import { defined } from '../../../core/neutral/members.ts'
import type { Json, JsonObject, ReasoningBlock, VendorState } from '../../../core/neutral/request.ts'
import { isSealed, seal, unseal } from '../../../core/neutral/state.ts'

/** What requests and replies have in common of a thought. */
export type Thought = Omit<ReasoningBlock, 'at'>

/** Whose encrypted reasoning has a place of its own here. */
const ownVendor = 'openai'

/** What an item of type `reasoning` holds. */
export interface ReasoningItem {
  readonly thoughts: readonly Thought[]
  /** The state of tool calls, by their id. */
  readonly calls: ReadonlyMap<string, VendorState>
}

// Reading

/** The thoughts of an item: those with state, where it has any, else the plain text. Raw text stands before a summary. */
export function readReasoningItem(item: JsonObject): ReasoningItem {
  const { id, encrypted_content: encrypted } = item
  const { thoughts, calls } = readSealed(encrypted)
  const held = thoughts.length > 0 ? thoughts : readCarriedThoughts(item)
  if (held.length > 0) return { thoughts: held, calls }
  const itemId = typeof id === 'string' ? id : undefined
  const state = typeof encrypted === 'string' && encrypted !== '' && !isSealed(encrypted) ? { vendor: ownVendor, value: encrypted } : readSignature(item)
  const plain = plainThought(item)
  if (plain.text === '' && state === undefined) return { thoughts: [], calls }
  return { thoughts: [defined<Thought>({ ...plain, state, itemId })], calls }
}

/** The text of an item, wherever it is. */
export function plainThought({ content, summary }: JsonObject): Thought {
  const raw = textsOf(content).join('')
  return raw === '' ? { type: 'reasoning', text: textsOf(summary).join('\n\n'), isSummary: true } : { type: 'reasoning', text: raw }
}

function textsOf(parts: Json | undefined): string[] {
  return typeof parts === 'string' ? [parts] : objectsOf(parts).map(({ text }) => (typeof text === 'string' ? text : ''))
}

function readSealed(encrypted: Json | undefined): ReasoningItem {
  const sealed = typeof encrypted === 'string' ? unseal(encrypted) : undefined
  const calls = new Map<string, VendorState>()
  if (sealed === undefined) return { thoughts: [], calls }
  const issuer = defined<Omit<VendorState, 'value'>>({ vendor: sealed.f, model: sealed.m })
  for (const { call, sig } of sealed.s) if (typeof call === 'string' && typeof sig === 'string') calls.set(call, { ...issuer, value: sig })
  return { thoughts: sealed.s.flatMap(block => readBlock(block, issuer)), calls }
}

function readCarriedThoughts({ extra_content: extra }: JsonObject): readonly Thought[] {
  if (!isObject(extra)) return []
  const { anthropic, openai } = extra
  const blocks = isObject(anthropic) ? objectsOf(anthropic['thinking_blocks']).flatMap(block => readBlock(block, { vendor: 'anthropic' })) : []
  const items = isObject(openai) ? objectsOf(openai['reasoning_items']).flatMap(item => readReasoningItem(item).thoughts) : []
  return [...blocks, ...items]
}

function readBlock({ type, thinking, signature, data }: JsonObject, issuer: Omit<VendorState, 'value'>): readonly Thought[] {
  if (type === 'redacted_thinking' && typeof data === 'string') return [{ type: 'reasoning', text: '', redacted: data, state: { ...issuer, value: '' } }]
  if (typeof thinking !== 'string') return []
  return [
    defined<Thought>({
      type: 'reasoning',
      text: thinking,
      state: typeof signature === 'string' && signature !== '' ? { ...issuer, value: signature } : undefined,
    }),
  ]
}

/** The signature on a call or a message: of any vendor, or flat for Google's. */
export function readSignature({ extra_content: extra, thought_signature: flat, thoughtSignature: camel }: JsonObject): VendorState | undefined {
  for (const [vendor, content] of isObject(extra) ? Object.entries(extra) : []) {
    const value = isObject(content) ? content['thought_signature'] : undefined
    if (typeof value === 'string' && value !== '') return { vendor, value }
  }
  const value = flat ?? camel
  return typeof value === 'string' && value !== '' ? { vendor: 'google', value } : undefined
}

// Writing

/** Which vendor issued a thought's state; encrypted thoughts are Anthropic's unless they say otherwise. */
function vendorOf({ redacted, state }: Thought): string | undefined {
  return state?.vendor ?? (redacted === undefined ? undefined : 'anthropic')
}

/** The value for `encrypted_content`: the vendor's own, or sealed. */
export function encryptedContent(thought: Thought, model: string | undefined): string | undefined {
  const vendor = vendorOf(thought)
  if (vendor === undefined) return undefined
  if (vendor === ownVendor) return thought.state?.value
  return seal({ v: 1, f: vendor, ...named(thought.state?.model ?? model), s: [blockOf(thought)] })
}

/** The same for the signature of a call. */
export function encryptedCall(call: string, { vendor, value, model: issuer }: VendorState, model: string | undefined): string {
  return seal({ v: 1, f: vendor, ...named(issuer ?? model), s: [{ call, sig: value }] })
}

function named(model: string | undefined): { readonly m?: string } {
  return model === undefined ? {} : { m: model }
}

/** Encrypted thoughts without text have no other place than `encrypted_content`. */
export function extraOfThought(thought: Thought): JsonObject | undefined {
  const { state, redacted, itemId, text } = thought
  if (state === undefined || redacted !== undefined || state.value === '') return undefined
  switch (state.vendor) {
    case ownVendor:
      return {
        openai: {
          reasoning_items: [
            defined<Record<string, Json>>({ id: itemId, encrypted_content: state.value, summary: text === '' ? [] : [{ type: 'summary_text', text }] }),
          ],
        },
      }
    case 'anthropic':
      return { anthropic: { thinking_blocks: [blockOf(thought)] } }
    default:
      return extraOfState(state)
  }
}

/** The signature of a call or of a text. */
export function extraOfState({ vendor, value }: VendorState): JsonObject {
  return { [vendor]: { thought_signature: value } }
}

function blockOf({ text, redacted, state }: Thought): JsonObject {
  if (redacted !== undefined) return { type: 'redacted_thinking', data: redacted }
  return { type: 'thinking', thinking: text, signature: state?.value ?? '' }
}
