/**
 * Whatever a caller may say comes out of every dialect as it went in, or what did not is among the losses; and no vendor gets another's state.
 * `TRANSLATION_CASES` sets how many requests there are per dialect.
 */

import { expect } from 'chai'
import { GatewayError } from '../../core/errors.ts'
import { argumentsObject } from '../../core/neutral/arguments.ts'
import { distinctCallIds } from '../../core/neutral/call-ids.ts'
import { effortOfBudget } from '../../core/neutral/effort.ts'
import { Losses } from '../../core/neutral/losses.ts'
import { strictSchema } from '../../core/neutral/schema.ts'
import type { Block, Json, NeutralRequest, ReasoningBlock, SystemText, ToolResultBlock, Turn } from '../../core/neutral/request.ts'
import type { CallerSide, Destination, ModelTraits, UpstreamSide } from '../../core/neutral/translation.ts'
import type { Dialect, UpstreamDialect } from '../../core/plugin/dialect.ts'
import anthropicMessages from '../../plugins/dialects/anthropic-messages/index.ts'
import bedrockConverse from '../../plugins/dialects/bedrock-converse/index.ts'
import cohere from '../../plugins/dialects/cohere/index.ts'
import gemini from '../../plugins/dialects/gemini/index.ts'
import openaiChat from '../../plugins/dialects/openai-chat/index.ts'
import openaiResponses from '../../plugins/dialects/openai-responses/index.ts'
import { destination, readRequest } from '../support/translation.ts'
import { RandomRequests, vendors } from './random-request.ts'

const cases = Number(process.env['TRANSLATION_CASES'] ?? 1500)

const dialects: readonly (readonly [dialect: Dialect | UpstreamDialect, traits: readonly ModelTraits[]])[] = [
  [openaiChat, [{}, { vendor: 'openai', images: true }, { vendor: 'anthropic', cacheMarks: true }, { vendor: 'google', prefill: true }]],
  [openaiResponses, [{}, { vendor: 'openai' }]],
  [anthropicMessages, [{ vendor: 'anthropic' }, { vendor: 'anthropic', thinking: 'budget', prefill: true }]],
  [gemini, [{ vendor: 'google' }, { vendor: 'google', thinking: 'budget' }]],
  [bedrockConverse, [{ vendor: 'anthropic' }, { vendor: 'amazon' }]],
  [cohere, [{ vendor: 'cohere' }]],
]

describe('translation, of random requests', () => {
  for (const [dialect, traits] of dialects) {
    const { upstream } = dialect
    if (upstream === undefined) continue
    describe(`to ${dialect.name}`, () => {
      it('is the same each time, gives no vendor the state of another but says so, and refuses by name', function () {
        this.timeout(600_000)
        let refused = 0
        forEachRequest(traits, (request, to) => {
          const body = written(upstream, request, to)
          if (body instanceof GatewayError) {
            refused += 1
            expect([body.status, body.code, typeof body.param]).to.deep.equal([400, 'unsupported_parameter', 'string'])
          } else {
            expect(body.text).to.equal(written(upstream, request, to, 'text'))
            const own = to.traits.vendor ?? ownVendor(dialect.name)
            for (const vendor of vendors) if (vendor !== own) expect(body.text).to.not.contain(`SECRETof${vendor}`)
            if (request.turns.some(({ role, blocks }) => role === 'assistant' && blocks.some(block => isSignedByOther(block, own))))
              expect(body.losses.list.map(({ field }) => field)).to.satisfy((fields: string[]) =>
                fields.some(field => /^(input\.)?reasoning$|^extra_content$/.test(field)),
              )
          }
        })
        expect(refused).to.be.below(cases)
      })

      const caller = 'caller' in dialect ? dialect.caller : undefined
      if (caller === undefined) return
      it('and back is the same, but for its losses', function () {
        this.timeout(600_000)
        let compared = 0
        forEachRequest(traits, (request, to) => {
          const body = written(upstream, request, to)
          if (body instanceof GatewayError) return
          compared += 1
          compare(request, body, to, caller)
        })
        expect(compared).to.be.above(cases / 3)
      })
    })
  }
})

function forEachRequest(traits: readonly ModelTraits[], check: (request: NeutralRequest, to: Destination) => void): void {
  const random = new RandomRequests(20_260_101)
  for (let left = cases; left > 0; left--) {
    const request = random.next()
    const to = destination({ traits: random.pick(traits) })
    try {
      check({ ...request, turns: distinctCallIds(request.turns) }, to)
    } catch (error) {
      ;(error as Error).message += `\nof request ${cases - left}, to ${JSON.stringify(to.traits)}:\n${JSON.stringify(request, undefined, 1)}`
      throw error
    }
  }
}

interface Written {
  readonly text: string
  readonly losses: Losses
  readonly toolNames: ReadonlyMap<string, string>
  readonly emulatedStop: readonly string[]
}

function written(upstream: UpstreamSide, request: NeutralRequest, to: Destination): Written | GatewayError
function written(upstream: UpstreamSide, request: NeutralRequest, to: Destination, what: 'text'): string
function written(upstream: UpstreamSide, request: NeutralRequest, to: Destination, what?: 'text'): Written | GatewayError | string {
  const losses = new Losses()
  try {
    const { body, toolNames = new Map(), emulatedStop = [] } = upstream.request(request, to, losses)
    return what === 'text' ? body.toString() : { text: body.toString(), losses, toolNames, emulatedStop }
  } catch (error) {
    if (error instanceof GatewayError) return error
    throw error
  }
}

function isSignedByOther(block: Block, own: string | undefined): boolean {
  return (block.type === 'tool_call' || block.type === 'reasoning') && block.state !== undefined && block.state.vendor !== own
}

/** Whose state a dialect takes when nothing is said of the model. */
function ownVendor(dialect: string): string | undefined {
  return { 'openai-responses': 'openai', 'anthropic-messages': 'anthropic', gemini: 'google' }[dialect]
}

// Comparing

/** What a request says, by field; and which losses may excuse a difference in it. */
interface Fact {
  readonly of: (request: NeutralRequest, dialect: string) => unknown
  readonly excuses: RegExp
  /** What is there only because the dialect must say something. */
  readonly mayAppear?: boolean
}

const facts: Readonly<Record<string, Fact>> = {
  tools: {
    of: (request, dialect) =>
      callable(request).map(({ name, description, schema = { type: 'object', properties: {} }, strict }) => ({
        name,
        description,
        schema: strict === true ? constrained(schema, dialect) : schema,
      })),
    excuses: /^tool/,
  },
  strict: { of: request => callable(request).map(({ strict }) => strict === true), excuses: /^(tools|strict)/ },
  toolChoice: { of: choiceOf, excuses: /^tool_choice/ },
  parallel: {
    of: ({ tools, toolChoice, parallelToolCalls }) => tools.length > 0 && toolChoice?.kind !== 'none' && parallelToolCalls === false,
    excuses: /parallel/,
  },
  output: { of: ({ output }, dialect) => (output?.kind === 'json_schema' ? constrained(output.schema, dialect) : output?.kind), excuses: /format$/ },
  outputName: {
    of: ({ output }) => (output?.kind === 'json_schema' ? [output.name, output.description] : undefined),
    excuses: /format(\.json_schema)?(\.name)?$/,
  },
  outputStrict: {
    of: ({ output }) => (output?.kind === 'json_schema' ? output.strict === true : undefined),
    excuses: /format(\.json_schema)?(\.strict)?$/,
    mayAppear: true,
  },
  effort: { of: ({ reasoning }, dialect) => effortWord(reasoning, dialect), excuses: /reasoning|thinking|effort/ },
  summary: { of: ({ reasoning }) => reasoning?.summary !== undefined || reasoning?.display === 'summarized', excuses: /summary/, mayAppear: true },
  maxOutputTokens: { of: ({ maxOutputTokens }) => maxOutputTokens, excuses: /max_/, mayAppear: true },
  ...sampled('temperature', 'top_p', 'top_k', 'seed', 'presence_penalty', 'frequency_penalty', 'logit_bias'),
  ...hinted('metadata', 'service_tier', 'verbosity', 'prompt_cache_key', 'prediction'),
  // Anthropic has one place for both, and what comes from there is not for others.
  user: { of: ({ hints }) => hints.user, excuses: /^(user|metadata)$/ },
  safety_identifier: { of: ({ hints }) => hints.safetyIdentifier, excuses: /^(safety_identifier|metadata)$/ },
  store: { of: ({ from, hints }) => from === 'openai-chat' && hints.store === true, excuses: /^store$/, mayAppear: true },
  stop: { of: ({ stop }) => stop, excuses: /^stop/ },
}

/** Where bounds cannot be kept, descriptions tell them. */
function constrained(schema: Json, dialect: string): Json {
  return dialect === 'anthropic-messages' ? strictSchema(schema) : schema
}

/** Some targets are not told of the tools that must not be called. */
function callable({ tools, toolChoice }: NeutralRequest): NeutralRequest['tools'] {
  return toolChoice?.kind === 'allowed' ? tools.filter(({ name }) => toolChoice.names.includes(name)) : tools
}

/** What may be called, and whether something must. */
function choiceOf(request: NeutralRequest): object | undefined {
  const { toolChoice, tools } = request
  if (tools.length === 0) return undefined
  if (toolChoice?.kind === 'named') return { names: [toolChoice.name], mode: 'required' }
  const names = callable(request).map(({ name }) => name)
  return { names, mode: toolChoice?.kind === 'allowed' ? toolChoice.mode : (toolChoice?.kind ?? 'auto') }
}

function sampled(...names: readonly string[]): Record<string, Fact> {
  return Object.fromEntries(
    names.map(name => [name, { of: ({ sampling }: NeutralRequest) => sampling[camel(name) as keyof typeof sampling], excuses: new RegExp(`^${name}$`) }]),
  )
}

function hinted(...names: readonly string[]): Record<string, Fact> {
  return Object.fromEntries(
    names.map(name => [name, { of: ({ hints }: NeutralRequest) => hints[camel(name) as keyof typeof hints], excuses: new RegExp(`^${name}`) }]),
  )
}

function camel(name: string): string {
  return name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
}

/** Anthropic's older models take a budget, which says less than a word, and gives way to `max_tokens`; the others have no word for the least. */
function effortWord(reasoning: NeutralRequest['reasoning'], dialect: string): string | undefined {
  const { effort, budget, isEnabled } = reasoning ?? {}
  if (isEnabled === false || effort === 'none') return 'none'
  if (dialect === 'anthropic-messages') return effort === undefined && budget === undefined ? undefined : 'some'
  return effort ?? (budget === undefined ? undefined : effortOfBudget(budget))
}

function compare(request: NeutralRequest, { text, losses, toolNames, emulatedStop }: Written, to: Destination, caller: CallerSide): void {
  const readingLosses = new Losses()
  const read = readRequest(caller, text, readingLosses)
  const back = { ...renamed(read, toolNames), from: request.from, stop: [...read.stop, ...emulatedStop] }
  const fields = [...losses.list, ...readingLosses.list].map(({ field }) => field)
  const isExcused = (excuses: RegExp) => fields.some(field => excuses.test(field))
  for (const [name, { of, excuses, mayAppear = false }] of Object.entries(facts)) {
    const said = of(request, read.from)
    if (isExcused(excuses) || (mayAppear && (said === undefined || said === false))) continue
    expect(plain(of(back, read.from)), `${name}, with losses of ${fields.join()}\n${text}`).to.deep.equal(plain(said))
  }
  compareSpeech(request, back, isExcused, to.traits.vendor ?? ownVendor(read.from), text)
}

/** Sentences apart, and by speaker: in which messages they came is the dialect's affair. */
function compareSpeech(request: NeutralRequest, back: NeutralRequest, isExcused: (excuses: RegExp) => boolean, vendor: string | undefined, text: string): void {
  const rules: Rules = {
    vendor,
    isTogether: isExcused(/^content$/),
    hasArguments: !isExcused(/tool_calls.arguments/),
    hasErrors: !isExcused(/is_error/),
    hasImages: !isExcused(/tool_result.image/),
    hasDetail: !isExcused(/detail/),
    hasThoughts: !isExcused(/thinking|reasoning_content|^reasoning$/),
    hasState: !isExcused(/extra_content|thinking|signature|encrypted|^reasoning$/),
    hasNames: !isExcused(/^name$|messages.name/),
    hasPlaces: !isExcused(/system_position/),
  }
  const asked = isExcused(/format$/) ? withoutLastSystem(back, request) : back
  expect(speechOf(asked, rules), text).to.equal(speechOf(request, rules))
}

/** Where a target has no other word for it, a sentence asks for JSON. */
function withoutLastSystem(back: NeutralRequest, { system }: NeutralRequest): NeutralRequest {
  return back.system.length > system.length ? { ...back, system: back.system.slice(0, -1) } : back
}

interface Rules {
  readonly vendor: string | undefined
  readonly isTogether: boolean
  readonly hasArguments: boolean
  readonly hasErrors: boolean
  readonly hasImages: boolean
  readonly hasDetail: boolean
  readonly hasThoughts: boolean
  readonly hasState: boolean
  readonly hasNames: boolean
  readonly hasPlaces: boolean
}

type Sentence = readonly [speaker: string, kind: string, ...what: unknown[]]

/** A line for each sentence. */
function speechOf({ system, turns }: NeutralRequest, rules: Rules): string {
  const said: Sentence[] = []
  const apart: Sentence[] = []
  for (const [index, turn] of [...turns, undefined].entries()) {
    const leading = system.filter(({ before }) => (turn === undefined ? before >= index : before === index)).map(systemSentence)
    if (rules.hasPlaces) said.push(...leading)
    else apart.push(...leading)
    if (turn !== undefined) said.push(...sentencesOf(turn, turns, index, rules))
  }
  return [...joined(said), ...joined(apart)].map(sentence => JSON.stringify(sentence)).join('\n')
}

function systemSentence({ text }: SystemText): Sentence {
  return ['system', 'text', text]
}

function sentencesOf(turn: Turn, turns: readonly Turn[], index: number, rules: Rules): readonly Sentence[] {
  if (turn.role === 'assistant') return [...assistantSentences(turn, rules), ...answersTo(turns, index, rules)]
  return turn.blocks.filter(({ type }) => type !== 'tool_result').flatMap(block => userSentence(block, rules))
}

function userSentence(block: Block, rules: Rules): readonly Sentence[] {
  switch (block.type) {
    case 'text':
      return [['user', 'text', block.text]]
    case 'image':
      return [['user', 'image', block.source, rules.hasDetail ? (block.detail ?? 'auto') : undefined]]
    case 'file':
      return block.source.kind === 'text'
        ? [['user', 'text', `${block.name === undefined ? '' : `${block.name}\n`}${block.source.text}`]]
        : [['user', 'file', block.source, block.name]]
    default:
      return [['user', block.type]]
  }
}

function assistantSentences({ blocks }: Turn, rules: Rules): readonly Sentence[] {
  const thoughts = blocks.filter((block): block is ReasoningBlock => block.type === 'reasoning')
  const spoken = blocks.flatMap((block): Sentence[] => {
    if (block.type === 'text') return block.text === '' ? [] : [['assistant', 'text', block.text]]
    if (block.type === 'tool_call')
      return [['assistant', 'call', block.id, block.name, rules.hasArguments ? argumentsObject(block.argumentsText).value : undefined]]
    return []
  })
  const words = thoughts.map(({ text }) => text).join('')
  const state = blocks.flatMap(block => ownState(block, rules.vendor))
  if (rules.isTogether) state.sort()
  return [
    ...(rules.hasThoughts && words !== '' ? [['assistant', 'thoughts', words] as const] : []),
    ...(rules.hasState && state.length > 0 ? [['assistant', 'state', ...state] as const] : []),
    ...(rules.isTogether ? textsFirst(joined(spoken)) : spoken),
  ]
}

/** State that the vendor issued itself; it gets no other. */
function ownState(block: Block, vendor: string | undefined): string[] {
  const values = [block.type === 'reasoning' ? block.redacted : undefined, 'state' in block ? block.state?.value : undefined]
  return values.filter(value => value !== undefined && value.startsWith(`SECRETof${vendor}`)) as string[]
}

function textsFirst(spoken: readonly Sentence[]): readonly Sentence[] {
  return joined([...spoken.filter(([, kind]) => kind === 'text'), ...spoken.filter(([, kind]) => kind !== 'text')])
}

/** What answers the calls of a turn, in their order; images behind the texts of all. */
function answersTo(turns: readonly Turn[], index: number, rules: Rules): readonly Sentence[] {
  const next = turns.findIndex(({ role }, at) => at > index && role === 'assistant')
  const results = turns
    .slice(index + 1, next < 0 ? undefined : next)
    .flatMap(({ blocks }) => blocks.filter((block): block is ToolResultBlock => block.type === 'tool_result'))
  const order = (turns[index]?.blocks ?? []).flatMap(block => (block.type === 'tool_call' ? [block.id] : []))
  const sorted = results.toSorted((one, other) => order.indexOf(one.callId) - order.indexOf(other.callId))
  const images = sorted.flatMap(({ blocks }) => blocks.filter(({ type }) => type === 'image'))
  return [
    ...sorted.map((result): Sentence => [
      'tool',
      'result',
      result.callId,
      result.blocks.map(block => (block.type === 'text' ? block.text : '')).join(''),
      rules.hasErrors && result.isError === true,
    ]),
    ...(rules.hasImages ? images.flatMap(image => userSentence(image, rules)) : []),
  ]
}

/** Texts of one speaker that follow one another are one. */
function joined(sentences: readonly Sentence[]): readonly Sentence[] {
  const all: Sentence[] = []
  for (const sentence of sentences) {
    const before = all.at(-1)
    if (before !== undefined && before[1] === 'text' && sentence[1] === 'text' && before[0] === sentence[0])
      all[all.length - 1] = [before[0], 'text', `${String(before[2])}${before[0] === 'system' ? '\n\n' : ''}${String(sentence[2])}`]
    else all.push(sentence)
  }
  return all
}

/** With the names that the caller gave. */
function renamed(request: NeutralRequest, names: ReadonlyMap<string, string>): NeutralRequest {
  const old = (name: string) => names.get(name) ?? name
  const { toolChoice: choice } = request
  return {
    ...request,
    tools: request.tools.map(tool => ({ ...tool, name: old(tool.name) })),
    turns: request.turns.map(turn => ({
      ...turn,
      blocks: turn.blocks.map(block => (block.type === 'tool_call' ? { ...block, name: old(block.name) } : block)),
    })),
    ...(choice?.kind === 'named'
      ? { toolChoice: { ...choice, name: old(choice.name) } }
      : choice?.kind === 'allowed'
        ? { toolChoice: { ...choice, names: choice.names.map(old) } }
        : {}),
  }
}

/** As JSON, so that members which are `undefined` are not there. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value))
}
