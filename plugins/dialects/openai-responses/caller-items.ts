/** Reads the input: items as system texts and turns. */

import { gatewayError } from '../../../core/errors.ts'
import { refusal, type Losses } from '../../../core/neutral/losses.ts'
import { defined, Members, wrongType } from '../../../core/neutral/members.ts'
import type { Block, Json, ReasoningBlock, SystemText, ToolCallBlock, ToolResultBlock, Turn, VendorState } from '../../../core/neutral/request.ts'
import { dropUnknown, knownMembers, type KnownMembers } from '../../../core/neutral/unknown.ts'
import { readParts, type PartBlock } from './caller-parts.ts'
import { toolName } from './namespaces.ts'
import { readReasoningItem, readSignature } from './state.ts'

/** Items of tools that the vendor ran, and what came of them: their answers are in what the model said next. */
const hosted = new Set([
  'web_search_call',
  'file_search_call',
  'code_interpreter_call',
  'image_generation_call',
  'computer_call',
  'mcp_call',
  'mcp_list_tools',
  'local_shell_call',
  'local_shell_call_output',
  'shell_call',
  'shell_call_output',
  'apply_patch_call',
  'apply_patch_call_output',
  'tool_search_call',
  'tool_search_output',
  'program',
  'program_output',
])
/** The status of one that is still awaited. */
const running = new Set(['in_progress', 'incomplete'])

const state = ['extra_content', 'thought_signature', 'thoughtSignature']
const ofItem = (names: readonly string[], inside?: Readonly<Record<string, KnownMembers>>) =>
  knownMembers(['type', 'id', 'status', ...names, ...state], ['phase'], inside)
const ofThoughts = knownMembers(['type', 'text'])
const ofCall = ofItem(['call_id', 'name', 'namespace', 'arguments', 'input'])
const ofResult = ofItem(['call_id', 'output'])
/** By the type of an item. */
const known = new Map([
  ['message', ofItem(['role', 'content'])],
  ['function_call', ofCall],
  ['custom_tool_call', ofCall],
  ['function_call_output', ofResult],
  ['custom_tool_call_output', ofResult],
  ['reasoning', ofItem(['encrypted_content'], { summary: ofThoughts, content: ofThoughts })],
  ['additional_tools', ofItem(['role', 'tools'])],
])

export interface Conversation {
  readonly system: readonly SystemText[]
  readonly turns: readonly Turn[]
}

/** @throws GatewayError 400 for an item that cannot be translated, naming it */
export function readInput(body: Members, losses: Losses): Conversation {
  const items = new Items(losses)
  const instructions = body.text('instructions')
  if (instructions !== undefined) items.system.push({ text: instructions, kind: 'system', before: 0, at: 'instructions' })
  const input = body.any('input')
  if (typeof input === 'string') items.message('user', [{ type: 'text', text: input, at: 'input' }], 'input')
  else if (Array.isArray(input)) input.forEach((item: Json, index) => items.read(Members.of(item, `input[${index}]`)))
  else if (input !== undefined) throw wrongType('input', 'a string or an array')
  return items.end()
}

interface Growing {
  readonly role: 'assistant'
  readonly blocks: Block[]
  readonly at: string
}

class Items {
  readonly system: SystemText[] = []
  readonly #turns: Turn[] = []
  readonly #losses: Losses
  /** The assistant's turn that further items belong to. */
  #assistant: Growing | undefined
  /** Reasoning, for the turn that follows. */
  #pending: ReasoningBlock[] = []
  /** The state of calls, from reasoning items. */
  readonly #states = new Map<string, VendorState>()

  constructor(losses: Losses) {
    this.#losses = losses
  }

  read(item: Members): void {
    const type = item.text('type') ?? 'message'
    const ofType = known.get(type)
    if (ofType !== undefined) dropUnknown(item, ofType, this.#losses)
    switch (type) {
      case 'message':
        return this.#readMessage(item)
      case 'function_call':
        return this.#call(item, { argumentsText: item.text('arguments') ?? '' })
      case 'custom_tool_call':
        return this.#call(item, { argumentsText: item.text('input') ?? '', isCustom: true })
      case 'function_call_output':
        return this.#result(item, {})
      case 'custom_tool_call_output':
        return this.#result(item, { isCustom: true })
      case 'reasoning':
        return this.#reason(item)
      case 'additional_tools':
        return // with the request's other tools
      default:
        return this.#other(item, type)
    }
  }

  message(role: 'user' | 'assistant', blocks: readonly Block[], at: string): void {
    if (role === 'assistant') return void this.#speaking(at).push(...blocks)
    this.#assistant = undefined
    this.#turns.push({ role, blocks, at })
  }

  /** Reasoning that nothing followed goes with what was before. */
  end(): Conversation {
    const last = this.#turns.findLast(({ role }) => role === 'assistant')
    if (this.#pending.length > 0 && last !== undefined) (last.blocks as Block[]).push(...this.#pending)
    else if (this.#pending.length > 0) this.#losses.silent('input.reasoning', 'it led to no answer')
    return {
      system: this.system,
      turns: this.#states.size === 0 ? this.#turns : this.#turns.map(turn => ({ ...turn, blocks: turn.blocks.map(block => this.#signed(block)) })),
    }
  }

  /** The blocks of the assistant's turn under construction, reasoning first. */
  #speaking(at: string): Block[] {
    if (this.#assistant === undefined) this.#turns.push((this.#assistant = { role: 'assistant', blocks: [], at }))
    this.#assistant.blocks.push(...this.#pending)
    this.#pending = []
    return this.#assistant.blocks
  }

  #readMessage(item: Members): void {
    const role = item.text('role')
    const at = item.path('content')
    const blocks = readParts(item.any('content'), at, this.#losses)
    switch (role) {
      case 'system':
      case 'developer':
        return void this.system.push(...blocks.map(block => this.#systemText(block, role, at)))
      case 'user':
        return this.message(role, blocks, item.at)
      case 'assistant':
        return this.message(role, withState(blocks, readSignature(item.json)), item.at)
      default:
        throw gatewayError('invalid_value', `${item.path('role')} must be one of user, assistant, system and developer`, { param: item.path('role') })
    }
  }

  #systemText(block: PartBlock, kind: SystemText['kind'], at: string): SystemText {
    if (block.type === 'text') return { text: block.text, kind, before: this.#turns.length, at: block.at ?? at }
    throw refusal(block.at ?? at, `a ${kind} message takes text only`)
  }

  #call(item: Members, called: Pick<ToolCallBlock, 'argumentsText' | 'isCustom'>): void {
    const block = defined<ToolCallBlock>({
      type: 'tool_call',
      id: item.filled('call_id'),
      name: toolName(item),
      ...called,
      isCustom: called.isCustom,
      state: readSignature(item.json),
      at: item.at,
    })
    this.#speaking(item.at).push(block)
  }

  #result(item: Members, kind: Pick<ToolResultBlock, 'isCustom'>): void {
    const blocks = readParts(item.any('output'), item.path('output'), this.#losses).map(resultBlock)
    this.#assistant = undefined
    this.#turns.push({ role: 'tool', blocks: [{ type: 'tool_result', callId: item.filled('call_id'), blocks, ...kind, at: item.at }], at: item.at })
  }

  #reason(item: Members): void {
    const { thoughts, calls } = readReasoningItem(item.json)
    for (const [call, state] of calls) this.#states.set(call, state)
    this.#pending.push(...thoughts.map(thought => ({ ...thought, at: item.at })))
  }

  #other(item: Members, type: string): void {
    if (!hosted.has(type)) throw refusal(item.at, `an input item of type ${JSON.stringify(type)} cannot be translated`)
    if (running.has(item.text('status') ?? '')) throw refusal(item.at, `the ${type} is not completed, and cannot be translated`)
    this.#losses.drop(`input.${type}`, 'known to its own provider only', item.at)
  }

  #signed(block: Block): Block {
    const state = block.type === 'tool_call' && block.state === undefined ? this.#states.get(block.id) : undefined
    return state === undefined ? block : { ...(block as ToolCallBlock), state }
  }
}

/** The signature of a message belongs to its last text. */
function withState(blocks: readonly PartBlock[], state: VendorState | undefined): readonly Block[] {
  const at = blocks.findLastIndex(({ type }) => type === 'text')
  return state === undefined || at < 0 ? blocks : blocks.map((block, index) => (index === at ? ({ ...block, state } as Block) : block))
}

function resultBlock(block: PartBlock): ToolResultBlock['blocks'][number] {
  if (block.type === 'text' || block.type === 'image' || block.type === 'file') return block
  throw refusal(block.at ?? 'input', `a tool's output takes no ${block.type}`)
}
