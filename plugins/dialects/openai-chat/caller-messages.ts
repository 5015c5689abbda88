/** Reads the messages of a chat completion request: what leads them and stands between them, and the turns. */

import { knownOfMarks, readCache } from '../../../core/neutral/cache-mark.ts'
import { refusal, type Losses } from '../../../core/neutral/losses.ts'
import { defined, type Members } from '../../../core/neutral/members.ts'
import type { Block, FileBlock, ImageBlock, SystemText, TextBlock, ToolCallBlock, ToolResultBlock, Turn } from '../../../core/neutral/request.ts'
import { dropUnknown, knownMembers } from '../../../core/neutral/unknown.ts'
import { argumentsText } from '../../../core/neutral/arguments.ts'
import { readContent } from './caller-parts.ts'
import { readSignature, readThoughts, reasoningNames, signatureNames } from './state.ts'

const knownOfCalled = knownMembers(['name', 'arguments', 'input', ...signatureNames])
const known = knownMembers(
  ['role', 'content', 'name', 'refusal', 'tool_call_id', 'reasoning_details', 'thinking_blocks', ...reasoningNames, ...signatureNames],
  ['annotations', 'prompt_cache_breakpoint'],
  {
    tool_calls: knownMembers(['id', 'type', ...signatureNames], ['index'], { function: knownOfCalled, custom: knownOfCalled, cache_control: knownOfMarks }),
    function_call: knownOfCalled,
    cache_control: knownOfMarks,
  },
)

export interface Conversation {
  readonly system: readonly SystemText[]
  readonly turns: readonly Turn[]
}

/** @throws GatewayError 400 for roles and parts that nobody knows */
export function readMessages(body: Members, losses: Losses): Conversation {
  const reader = new MessageReader(losses)
  for (const message of body.objects('messages')) reader.read(message)
  return { system: reader.system, turns: reader.turns }
}

class MessageReader {
  readonly system: SystemText[] = []
  readonly turns: Turn[] = []
  /** The calls so far: of which kind, and whose result has not come yet. */
  readonly #calls: { readonly call: ToolCallBlock; isAnswered: boolean }[] = []
  #legacyCalls = 0
  readonly #losses: Losses

  constructor(losses: Losses) {
    this.#losses = losses
  }

  read(message: Members): void {
    dropUnknown(message, known, this.#losses)
    const role = message.text('role')
    switch (role) {
      case 'system':
      case 'developer':
        return this.#readSystem(message, role)
      case 'user':
        return this.#readUser(message)
      case 'assistant':
        return this.#readAssistant(message)
      case 'tool':
        return this.#readResult(message, message.text('tool_call_id') ?? '')
      case 'function':
        return this.#readResult(message, this.#idOfLegacyCall(message.text('name') ?? ''))
      default:
        throw refusal(message.path('role'), `a message of role ${JSON.stringify(role ?? null)} cannot be translated`)
    }
  }

  #readSystem(message: Members, kind: SystemText['kind']): void {
    for (const block of marked(readContent(message, this.#losses), message)) {
      if (block.type !== 'text') throw refusal(block.at ?? message.at, `a ${kind} message can only have text`)
      this.system.push(defined<SystemText>({ text: block.text, kind, before: this.turns.length, cache: block.cache, at: block.at }))
    }
  }

  #readUser(message: Members): void {
    this.#add(message, 'user', readContent(message, this.#losses))
  }

  #readAssistant(message: Members): void {
    const thoughts = readThoughts(message.json).map(thought => ({ ...thought, at: message.at }))
    const content = readContent(message, this.#losses).filter(block => block.type !== 'text' || block.text !== '')
    const refused = message.text('refusal')
    const calls = [...message.objects('tool_calls').map(call => this.#readCall(call)), ...this.#readLegacyCall(message)]
    this.#add(message, 'assistant', [
      ...thoughts,
      ...signed(content, message),
      ...(refused === undefined || refused === '' ? [] : [{ type: 'refusal', text: refused, at: message.path('refusal') } as const]),
      ...calls,
    ])
    this.#calls.push(...calls.map(call => ({ call, isAnswered: false })))
  }

  #readCall(call: Members): ToolCallBlock {
    const custom = call.object('custom')
    const called = custom ?? call.object('function')
    if (called === undefined) throw refusal(call.at, 'a tool call must be of a function or of a custom tool')
    return defined<ToolCallBlock>({
      type: 'tool_call',
      id: call.text('id') ?? '',
      name: called.text('name') ?? '',
      argumentsText: custom?.text('input') ?? argumentsOf(called),
      isCustom: custom === undefined ? undefined : true,
      state: readSignature(call.json) ?? readSignature(called.json),
      cache: readCache(call),
      at: call.at,
    })
  }

  #readLegacyCall(message: Members): readonly ToolCallBlock[] {
    const call = message.object('function_call')
    if (call === undefined) return []
    this.#legacyCalls += 1
    return [{ type: 'tool_call', id: `call_fn_${this.#legacyCalls}`, name: call.text('name') ?? '', argumentsText: argumentsOf(call), at: call.at }]
  }

  /** The results of functions name them, not their calls: the last call that has none. */
  #idOfLegacyCall(name: string): string {
    return this.#calls.findLast(({ call, isAnswered }) => call.name === name && !isAnswered)?.call.id ?? name
  }

  #readResult(message: Members, callId: string): void {
    const called = this.#calls.findLast(({ call, isAnswered }) => call.id === callId && !isAnswered) ?? this.#calls.findLast(({ call }) => call.id === callId)
    if (called !== undefined) called.isAnswered = true
    this.turns.push({
      role: 'tool',
      at: message.at,
      blocks: [
        defined<ToolResultBlock>({
          type: 'tool_result',
          callId,
          name: called?.call.name ?? message.text('name'),
          blocks: readContent(message, this.#losses).map(resultBlock),
          isError: isError(message) ? true : undefined,
          isCustom: called?.call.isCustom,
          cache: readCache(message),
          at: message.at,
        }),
      ],
    })
  }

  #add(message: Members, role: Turn['role'], blocks: readonly Block[]): void {
    const name = message.text('name')
    this.turns.push({ role, blocks: marked(blocks, message), at: message.at, ...(name === undefined ? {} : { name }) })
  }
}

/** A mark on a message is one on its last part. */
function marked(blocks: readonly Block[], message: Members): readonly Block[] {
  const cache = readCache(message)
  const last = blocks.at(-1)
  return cache === undefined || last === undefined ? blocks : [...blocks.slice(0, -1), { ...last, cache } as Block]
}

/** A message's own signature is that of its text. */
function signed(content: readonly Block[], message: Members): readonly Block[] {
  const state = readSignature(message.json)
  if (state === undefined) return content
  const at = content.findLastIndex(({ type }) => type === 'text')
  if (at < 0) return [...content, { type: 'text', text: '', state, at: message.at }]
  return content.map((block, index) => (index === at && block.type === 'text' ? { ...block, state } : block))
}

function argumentsOf(called: Members): string {
  const value = called.any('arguments')
  return typeof value === 'string' || value === undefined ? (value ?? '') : argumentsText(value)
}

function resultBlock(block: Block): TextBlock | ImageBlock | FileBlock {
  if (block.type === 'text' || block.type === 'image' || block.type === 'file') return block
  throw refusal(block.at ?? '', `a tool message with ${block.type} cannot be translated`)
}

function isError(message: Members): boolean {
  return message.object('extra_content')?.object('anthropic')?.flag('is_error') === true
}
