/** `reasoning_details`: thoughts of whichever vendor as routers list them, which want them back unchanged. */

import { isObject } from '../../../core/neutral/arguments.ts'
import { tryJson } from '../../../core/neutral/json.ts'
import { defined } from '../../../core/neutral/members.ts'
import type { JsonObject, VendorState } from '../../../core/neutral/request.ts'
import { stateOf, type Thought } from './thought.ts'

/** The thoughts of a whole list. What is encrypted follows the summary that it belongs to. */
export function readDetails(details: readonly JsonObject[], router?: string): readonly Thought[] {
  const joined: Thought[] = []
  for (const thought of details.flatMap(detail => readDetail(detail, router) ?? [])) {
    const before = joined.at(-1)
    if (before === undefined || thought.text !== '' || thought.redacted !== undefined || before.state !== undefined) joined.push(thought)
    else joined[joined.length - 1] = { ...before, ...thought, text: before.text, ...(before.isSummary === true ? { isSummary: true } : {}) }
  }
  return joined
}

/**
 * One entry: a text, a summary, or what is encrypted or signed.
 * @param router who passed it on, and has to get it back; without one, its state is that of the vendor which issued it
 */
export function readDetail(detail: JsonObject, router?: string): Thought | undefined {
  const { text, summary, data, id } = detail
  const issuer = vendorOf(detail)
  const state =
    router !== undefined && router !== issuer ? routedState(detail, router) : issuer === undefined ? undefined : stateOf(issuer, data ?? detail['signature'])
  if (typeof data === 'string') {
    if (state?.vendor === 'anthropic') return { type: 'reasoning', text: '', redacted: data, state: { vendor: 'anthropic', value: '' } }
    return state === undefined ? undefined : defined<Thought>({ type: 'reasoning', text: '', state, itemId: typeof id === 'string' ? id : undefined })
  }
  if (typeof summary === 'string') return defined<Thought>({ type: 'reasoning', text: summary, isSummary: true, state })
  if (typeof text === 'string' || state !== undefined) return defined<Thought>({ type: 'reasoning', text: typeof text === 'string' ? text : '', state })
  return undefined
}

/** A vendor's name out of a format: `anthropic-claude-v1`, `openai-responses-v1`, `google-gemini-v1`. */
function vendorOf({ format, signature }: JsonObject): string | undefined {
  const [vendor] = typeof format === 'string' ? format.split('-') : []
  if (vendor !== undefined && vendor !== '' && vendor !== 'unknown') return vendor
  return typeof signature === 'string' ? 'anthropic' : undefined
}

/** The whole entry but for its text, so that it can be put together again. */
function routedState({ text: _text, summary: _summary, ...rest }: JsonObject, router: string): VendorState | undefined {
  const isOpaque = typeof rest['data'] === 'string' || typeof rest['signature'] === 'string'
  return isOpaque ? { vendor: router, value: JSON.stringify(rest) } : undefined
}

/** The list that these thoughts came from, as far as their state came in one. */
export function writeDetails(thoughts: readonly Thought[]): readonly JsonObject[] {
  return thoughts.flatMap(thought => {
    const detail = detailOf(thought)
    if (detail === undefined) return []
    const { text, isSummary } = thought
    if (text === '') return [detail]
    if (typeof detail['data'] === 'string') return [withoutData(detail, text, isSummary === true), detail]
    return [{ ...detail, [isSummary === true ? 'summary' : 'text']: text }]
  })
}

/** The entry that a thought's state holds. */
export function detailOf({ state }: Thought): JsonObject | undefined {
  if (state?.value.startsWith('{') !== true) return undefined
  const detail = tryJson(state.value)
  return isObject(detail) && typeof detail['type'] === 'string' && detail['type'].startsWith('reasoning.') ? detail : undefined
}

/** The text that stood before what is encrypted. */
function withoutData({ data: _data, id: _id, type: _type, ...rest }: JsonObject, text: string, isSummary: boolean): JsonObject {
  return isSummary ? { ...rest, type: 'reasoning.summary', summary: text } : { ...rest, type: 'reasoning.text', text }
}
