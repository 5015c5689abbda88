/** Random neutral requests, the same for the same seed: whatever callers of any dialect may say. */

import type {
  Block,
  FileBlock,
  Hints,
  ImageBlock,
  Json,
  NeutralRequest,
  Output,
  ReasoningControls,
  Sampling,
  SystemText,
  TextBlock,
  Tool,
  ToolCallBlock,
  ToolChoice,
  ToolResultBlock,
  Turn,
  VendorState,
} from '../../core/neutral/request.ts'
import { Random } from '../core/document/random-json.ts'

export const vendors = ['anthropic', 'google', 'openai'] as const

const png = 'iVBORw0KGgo='
const pdf = 'JVBERi0xLjcK'

export class RandomRequests {
  readonly #random: Random
  #count = 0

  constructor(seed: number) {
    this.#random = new Random(seed)
  }

  below(limit: number): number {
    return this.#random.below(limit)
  }

  pick<T>(list: readonly T[]): T {
    return this.#random.pick(list)
  }

  next(): NeutralRequest {
    const tools = this.#tools()
    const turns = this.#turns(tools)
    return without({
      from: this.pick(['openai-chat', 'openai-responses', 'anthropic-messages']),
      model: 'm',
      system: this.#system(turns),
      turns,
      tools,
      toolChoice: this.#maybe(3, () => this.#choice(tools)),
      parallelToolCalls: this.#maybe(4, () => this.pick([true, false])),
      output: this.#maybe(5, () => this.#output()),
      reasoning: this.#maybe(4, () => this.#controls()),
      maxOutputTokens: this.#maybe(2, () => 100 + this.below(9000)),
      sampling: this.#sampling(),
      stop: Array.from({ length: this.#maybe(4, () => this.below(7)) ?? 0 }, () => this.#word('stop')),
      hints: this.#hints(),
      wants: {},
      isStream: this.pick([true, false]),
      extras: {},
      vendorExtras: {},
    })
  }

  /** One time in `times`. */
  #maybe<T>(times: number, make: () => T): T | undefined {
    return this.below(times) === 0 ? make() : undefined
  }

  /** A word that occurs nowhere else. */
  #word(kind: string): string {
    this.#count += 1
    return `${kind}-${this.#count}-${this.pick(['a', 'é', '漢', '😀', '"', '\\', '\n', '\u2028', '</s>'])}.`
  }

  // What leads, and stands between

  /** Never between calls and their results. */
  #system(turns: readonly Turn[]): SystemText[] {
    const places = turns.flatMap(({ role }, index) => (role === 'tool' ? [] : [index]))
    return Array.from({ length: this.pick([0, 1, 1, 2, 3]) }, () => ({
      ...this.#marked(),
      text: this.#word('system'),
      kind: this.pick(['system', 'developer'] as const),
      before: this.below(3) > 0 ? 0 : this.pick(places.length === 0 ? [0] : places),
    })).sort((one, other) => one.before - other.before)
  }

  // Turns

  #turns(tools: readonly Tool[]): Turn[] {
    const turns: Turn[] = [this.#user()]
    for (let left = this.below(4); left > 0; left--) {
      const assistant = this.#assistant(tools)
      const calls = assistant.blocks.filter(block => block.type === 'tool_call')
      turns.push(assistant)
      if (calls.length > 0) turns.push(...this.#answers(calls))
      if (calls.length === 0 || this.below(3) > 0) turns.push(this.#user())
    }
    return turns
  }

  #user(): Turn {
    const blocks = Array.from({ length: 1 + this.below(3) }, () => this.#userBlock())
    return without({ role: 'user', blocks, name: this.#maybe(10, () => 'Ann') })
  }

  #userBlock(): Block {
    switch (this.below(6)) {
      case 0:
        return this.#image()
      case 1:
        return this.#file()
      default:
        return this.#text('text')
    }
  }

  #text(kind: string): TextBlock {
    return { ...this.#marked(), type: 'text', text: this.#word(kind) }
  }

  #marked(): { readonly cache?: { readonly ttl?: string } } {
    return this.below(8) === 0 ? { cache: this.pick([{}, { ttl: '1h' }]) } : {}
  }

  #image(): ImageBlock {
    const source = this.pick([
      { kind: 'base64', mime: 'image/png', data: png } as const,
      { kind: 'url', url: `https://example.com/${this.below(99)}.png` } as const,
    ])
    return without({ ...this.#marked(), type: 'image', source, detail: this.#maybe(3, () => this.pick(['low', 'high', 'auto'])) })
  }

  #file(): FileBlock {
    const isText = this.below(2) === 0
    return without({
      type: 'file',
      source: isText ? ({ kind: 'text', text: this.#word('file') } as const) : ({ kind: 'base64', mime: 'application/pdf', data: pdf } as const),
      mime: isText ? 'text/plain' : 'application/pdf',
      name: this.pick(['a.pdf', 'b.txt']),
      citations: this.#maybe(5, () => true),
    })
  }

  #assistant(tools: readonly Tool[]): Turn {
    const thoughts = Array.from({ length: this.pick([0, 0, 1, 2]) }, () => this.#thought())
    const spoken: Block[] = Array.from({ length: this.below(3) }, () => this.#said())
    const calls = tools.length === 0 ? [] : Array.from({ length: this.pick([0, 1, 1, 2, 3]) }, () => this.#call(tools))
    const rest = this.below(6) === 0 ? this.#mixed(spoken, calls) : [...spoken, ...calls]
    const blocks = [...thoughts, ...rest]
    return { role: 'assistant', blocks: rest.length === 0 ? [...thoughts, this.#text('said')] : blocks }
  }

  #mixed(spoken: readonly Block[], calls: readonly Block[]): Block[] {
    return [...calls.slice(0, 1), ...spoken, ...calls.slice(1)]
  }

  #said(): Block {
    const text = this.#text('said')
    return this.below(8) === 0 ? { ...text, state: this.#state('google') } : text
  }

  #thought(): Block {
    switch (this.below(5)) {
      case 0:
        return { type: 'reasoning', text: this.#word('thought') }
      case 1:
        return { type: 'reasoning', text: '', redacted: this.#secret('anthropic'), state: { vendor: 'anthropic', value: '' } }
      case 2:
        return {
          type: 'reasoning',
          text: this.#word('thought'),
          isSummary: true,
          itemId: this.#word('rs').replaceAll(/[^\w-]/g, ''),
          state: this.#state('openai'),
        }
      default:
        return { type: 'reasoning', text: this.#word('thought'), state: this.#state('anthropic') }
    }
  }

  #state(vendor: string): VendorState {
    return { vendor, value: this.#secret(vendor) }
  }

  /** State that tells whose it is. */
  #secret(vendor: string): string {
    this.#count += 1
    return `SECRETof${vendor}${this.#count}`
  }

  #call(tools: readonly Tool[]): ToolCallBlock {
    this.#count += 1
    const argumentsText = this.pick([
      '',
      '{}',
      '{"port":"Brest"}',
      '{"n":12345678901234567890}',
      '{"__proto__":{"a":1}}',
      '{"b":1,"a":[1,{"c":"é\\n"}]}',
      '{"10":1,"9":2}',
      '{"cut',
    ])
    return without({
      type: 'tool_call',
      id: `call_${this.#count}`,
      name: this.pick(tools).name,
      argumentsText,
      state: this.#maybe(4, () => this.#state('google')),
    })
  }

  /** In any order, together or apart. */
  #answers(calls: readonly ToolCallBlock[]): Turn[] {
    const results = calls.map((call): ToolResultBlock =>
      without({ type: 'tool_result', callId: call.id, name: call.name, blocks: this.#resultBlocks(), isError: this.#maybe(6, () => true) }),
    )
    if (this.below(3) === 0) results.reverse()
    return this.below(2) === 0 ? [{ role: 'tool', blocks: results }] : results.map(result => ({ role: 'tool', blocks: [result] }))
  }

  #resultBlocks(): ToolResultBlock['blocks'] {
    return Array.from({ length: this.pick([0, 1, 1, 1, 2]) }, () => (this.below(6) === 0 ? this.#image() : this.#text('result')))
  }

  // Tools and wishes

  #tools(): Tool[] {
    return Array.from({ length: this.pick([0, 1, 2, 3]) }, (_, index) =>
      without<Tool>({
        ...this.#marked(),
        name: this.pick(['tide', 'now', 'mcp.tide/now', 'x'.repeat(70), 'Größe']) + String(index),
        description: this.#maybe(2, () => this.#word('tool')),
        schema: this.#maybe(1, () => this.#schema()),
        strict: this.#maybe(4, () => this.pick([true, false])),
      }),
    )
  }

  #schema(): Json {
    return this.pick<Json>([
      { type: 'object', properties: {} },
      { type: 'object', properties: { port: { type: 'string', description: 'where' } }, required: ['port'], additionalProperties: false },
      { type: 'object', properties: { n: { type: 'integer', minimum: 1 } }, $defs: { a: { type: 'string' } } },
    ])
  }

  #choice(tools: readonly Tool[]): ToolChoice {
    const names = tools.map(({ name }) => name)
    if (names.length === 0) return { kind: 'auto' }
    return this.pick<ToolChoice>([
      { kind: 'auto' },
      { kind: 'none' },
      { kind: 'required' },
      { kind: 'named', name: this.pick(names) },
      { kind: 'allowed', names: names.slice(0, 2), mode: this.pick(['auto', 'required'] as const) },
    ])
  }

  #output(): Output {
    const strict = this.#maybe(2, () => this.pick([true, false]))
    return this.pick<Output>([
      { kind: 'json_object' },
      without<Output>({
        kind: 'json_schema',
        name: 'catch',
        schema: { type: 'object', properties: { kg: { type: 'number', minimum: 0 } }, required: ['kg'], additionalProperties: false },
        strict,
        description: this.#maybe(3, () => 'what was caught'),
      }),
    ])
  }

  #controls(): ReasoningControls {
    return this.pick<ReasoningControls>([
      { effort: this.pick(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']) },
      { budget: 1024 + this.below(30_000), isEnabled: true },
      { effort: 'high', summary: 'auto' },
    ])
  }

  #sampling(): Sampling {
    return without({
      temperature: this.#maybe(4, () => this.below(21) / 10),
      topP: this.#maybe(8, () => 0.9),
      topK: this.#maybe(8, () => 40),
      seed: this.#maybe(8, () => 7),
      presencePenalty: this.#maybe(8, () => 0.5),
      frequencyPenalty: this.#maybe(8, () => 0.5),
      logitBias: this.#maybe(12, () => ({ 5: 1 })),
    })
  }

  #hints(): Hints {
    return without({
      user: this.#maybe(6, () => 'user-1'),
      safetyIdentifier: this.#maybe(8, () => 'safe-1'),
      metadata: this.#maybe(8, () => ({ team: 'a' })),
      serviceTier: this.#maybe(8, () => this.pick(['auto', 'default', 'flex', 'priority'])),
      store: this.#maybe(8, () => this.pick([true, false])),
      verbosity: this.#maybe(8, () => 'low'),
      promptCacheKey: this.#maybe(8, () => 'key-1'),
      prediction: this.#maybe(12, () => ({ type: 'content', content: 'x' })),
      truncation: this.#maybe(12, () => this.pick(['auto', 'disabled'])),
    })
  }
}

/** Without members that are `undefined`. */
function without<T extends object>(members: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T
}
