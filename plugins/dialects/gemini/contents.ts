/** The turns of a conversation as `contents`. */

import { gatewayError, type Json, type JsonObject } from '../../../core/index.ts'
import { refusal, type Losses } from '../../../core/neutral/losses.ts'
import type { Block, FileBlock, ImageBlock, NeutralRequest, ToolCallBlock, ToolResultBlock, Turn, VendorState } from '../../../core/neutral/request.ts'
import type { Destination } from '../../../core/neutral/translation.ts'
import { argumentsObject } from '../../../core/neutral/arguments.ts'
import { fileText } from '../../../core/neutral/media.ts'
import { isOwn, noteForeign } from '../../../core/neutral/state.ts'
import type { ToolNames } from '../../../core/neutral/tool-names.ts'
import { hasUserTurn } from '../../../core/neutral/user-turn.ts'
import { mediaParts } from './media.ts'
import { familyOf, sealedSignatures } from './signatures.ts'
import { responseOf } from './tool-response.ts'

/** Passes where a signature is wanted that nobody has any more. */
const lostSignature = 'skip_thought_signature_validator'

/** Ids that another vendor or Tapline made: Gemini knows no call by them. */
const foreignId = /^(call_|fc_|toolu_|tooluse_|chatcmpl-)|^$/

/** @throws GatewayError 400 for a conversation that Gemini cannot be told */
export function contentsOf(request: NeutralRequest, to: Destination, names: ToolNames, losses: Losses): readonly Json[] {
  const field = request.from === 'openai-responses' ? 'input' : 'messages'
  if (!hasUserTurn(request.turns)) throw refusal(field, `${field} must contain a user turn`)
  return new Contents(request, to, names, losses).spell()
}

class Contents {
  readonly #turns: readonly Turn[]
  readonly #to: Destination
  readonly #names: ToolNames
  readonly #losses: Losses
  /** The calls made so far, by id, in their order. */
  readonly #calls = new Map<string, ToolCallBlock>()
  readonly #sealed: ReadonlyMap<string, VendorState>
  /** Where the current turn begins, whose calls must be signed. */
  readonly #current: number
  readonly #contents: Json[] = []
  /** Whether the first call of the current step is still to come. */
  #isStepOpen = true

  constructor({ turns }: NeutralRequest, to: Destination, names: ToolNames, losses: Losses) {
    this.#turns = turns
    this.#to = to
    this.#names = names
    this.#losses = losses
    this.#sealed = sealedSignatures(turns)
    this.#current = turns.findLastIndex(({ role }) => role === 'user')
  }

  spell(): readonly Json[] {
    for (let at = 0; at < this.#turns.length; at++) {
      const turn = this.#turns[at] as Turn
      if (turn.role === 'tool') at = this.#results(at)
      else
        this.#add(
          turn.role === 'user' ? 'user' : 'model',
          turn.blocks.flatMap(block => this.#parts(block, at)),
        )
      if (turn.role !== 'assistant') this.#isStepOpen = true
    }
    const last = this.#turns.at(-1)
    if (last?.role === 'assistant' && this.#to.traits.prefill !== true && !last.blocks.some(({ type }) => type === 'tool_call')) {
      this.#losses.drop('prefill', 'the model begins an answer of its own', last.at)
    }
    return this.#contents
  }

  #add(role: 'user' | 'model', parts: readonly Json[]): void {
    if (parts.length > 0) this.#contents.push({ role, parts })
  }

  #parts(block: Block, at: number): readonly Json[] {
    switch (block.type) {
      case 'text':
        return textParts(block.text, this.#signature(block.state))
      case 'refusal':
        return textParts(block.text, undefined)
      case 'reasoning': {
        const signature = this.#signature(block.state)
        if (signature === undefined) noteForeign('reasoning', this.#to, this.#losses)
        return signature === undefined ? [] : [{ text: block.text, thought: true, thoughtSignature: signature }]
      }
      case 'tool_call':
        return [this.#call(block, at)]
      case 'tool_result':
        return this.#resultParts([block])
      default:
        return mediaParts(block, this.#to, this.#losses)
    }
  }

  #call(call: ToolCallBlock, at: number): JsonObject {
    this.#calls.set(call.id, call)
    const { value, isBroken } = call.isCustom === true ? { value: { input: call.argumentsText }, isBroken: false } : argumentsObject(call.argumentsText)
    if (isBroken) this.#losses.drop('tool_calls.arguments', 'no JSON: sent as text', call.at)
    if (call.state !== undefined && this.#signature(call.state) === undefined) noteForeign('extra_content', this.#to, this.#losses)
    const signature = this.#signature(call.state) ?? this.#signature(this.#sealed.get(call.id)) ?? this.#substitute(at)
    this.#isStepOpen = false
    return {
      functionCall: { ...ownId(call.id), name: this.#names.spell(call.name), args: value },
      ...(signature === undefined ? {} : { thoughtSignature: signature }),
    }
  }

  /** Models that think by level refuse a step of the current turn whose first call is not signed. */
  #substitute(at: number): string | undefined {
    const { thinking = 'level' } = this.#to.traits
    return this.#isStepOpen && at > this.#current && thinking === 'level' ? lostSignature : undefined
  }

  #signature(state: VendorState | undefined): string | undefined {
    return state !== undefined && isOwn(state, this.#to, familyOf) ? state.value : undefined
  }

  /** The results that follow one another, from the turn `first` on: one content, in the order of the calls. @returns the last of their turns */
  #results(first: number): number {
    const next = this.#turns.findIndex(({ role }, at) => at > first && role !== 'tool')
    const last = (next < 0 ? this.#turns.length : next) - 1
    const blocks = this.#turns.slice(first, last + 1).flatMap(turn => turn.blocks)
    const order = [...this.#calls.keys()]
    const results = blocks.filter(block => block.type === 'tool_result').toSorted((one, other) => rank(order, one) - rank(order, other))
    this.#add('user', [...this.#resultParts(results), ...blocks.filter(block => block.type !== 'tool_result').flatMap(block => this.#parts(block, first))])
    return last
  }

  #resultParts(results: readonly ToolResultBlock[]): readonly Json[] {
    const isInside = (this.#to.traits.thinking ?? 'level') === 'level'
    const followers: Json[] = []
    const responses = results.map(result => {
      const media = result.blocks.filter(isMedia).flatMap(block => mediaParts(block, this.#to, this.#losses))
      if (!isInside) followers.push(...media)
      return {
        functionResponse: {
          ...ownId(result.callId),
          name: this.#nameOf(result),
          response: responseOf(result),
          ...(isInside && media.length > 0 ? { parts: media } : {}),
        },
      }
    })
    return [...responses, ...followers]
  }

  /** @throws GatewayError 400 for a result of which nobody knows what was called */
  #nameOf({ callId, name, at }: ToolResultBlock): string {
    const known = this.#calls.get(callId)?.name ?? name
    if (known === undefined) throw gatewayError('invalid_value', `no tool call before has the id ${JSON.stringify(callId)}`, { param: at ?? 'messages' })
    return this.#names.spell(known)
  }
}

/** Empty texts are refused, unless they carry a signature. */
function textParts(text: string, signature: string | undefined): readonly Json[] {
  if (signature !== undefined) return [{ text, thoughtSignature: signature }]
  return text === '' ? [] : [{ text }]
}

function ownId(id: string): JsonObject {
  return foreignId.test(id) ? {} : { id }
}

function rank(order: readonly string[], { callId }: ToolResultBlock): number {
  const at = order.indexOf(callId)
  return at < 0 ? order.length : at
}

function isMedia(block: ToolResultBlock['blocks'][number]): block is ImageBlock | FileBlock {
  return block.type === 'image' || (block.type === 'file' && fileText(block) === undefined)
}
