/** Worked examples of translation, from one wire format to another. In the fixtures `<C` marks what arrives in a dialect, `>A` what leaves in one; what does not matter is left out. */

import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { gatewayError } from '../../core/errors.ts'
import type { NeutralEvent } from '../../core/neutral/reply.ts'
import type { CallerSide, ModelTraits, ReplyContext, TranslationOptions, UpstreamSide } from '../../core/neutral/translation.ts'
import anthropicMessages from '../../plugins/dialects/anthropic-messages/index.ts'
import bedrockConverse from '../../plugins/dialects/bedrock-converse/index.ts'
import cohere from '../../plugins/dialects/cohere/index.ts'
import gemini from '../../plugins/dialects/gemini/index.ts'
import openaiChat from '../../plugins/dialects/openai-chat/index.ts'
import openaiResponses from '../../plugins/dialects/openai-responses/index.ts'
import {
  countedIds,
  destination,
  expectMentioned,
  feedings,
  neutralRequest,
  readStream,
  replyContext,
  translateReply,
  translateRequest,
  writeStream,
  type Payload,
} from '../support/translation.ts'

const upstreams = {
  C: openaiChat.upstream,
  R: openaiResponses.upstream,
  A: anthropicMessages.upstream,
  G: gemini.upstream,
  B: bedrockConverse.upstream,
  H: cohere.upstream,
}
const callers = { C: openaiChat.caller, R: openaiResponses.caller, A: anthropicMessages.caller }
type Upstream = keyof typeof upstreams
type Caller = keyof typeof callers

const traits: Readonly<Partial<Record<Upstream, ModelTraits>>> = {
  A: { vendor: 'anthropic', defaultMaxTokens: 4096 },
  G: { vendor: 'google' },
  B: {},
  C: {},
  R: { vendor: 'openai' },
  H: {},
}

/** The lines of an example under one label. */
function lines(example: string, label: string): string[] {
  return readFileSync(new URL(`../fixtures/translation/${example}.txt`, import.meta.url), 'utf8')
    .split('\n')
    .filter(line => line.startsWith(`${label} `))
    .map(line => line.slice(label.length + 1))
}

/** Ids as the examples shorten them. */
const shortIds = () => countedIds(prefix => prefix.replace(/tl$/, ''))

const context = (from: Upstream, more: Partial<ReplyContext> = {}, options: Partial<TranslationOptions> = {}) =>
  replyContext({
    ids: shortIds(),
    from: destination({ traits: traits[from] ?? {}, options }),
    request: neutralRequest({ wants: { usageEvent: true } }),
    ...more,
  })

const upstreamOf = (dialect: Upstream) => upstreams[dialect] as UpstreamSide
const callerOf = (dialect: Caller) => callers[dialect] as CallerSide

/** Frames of Bedrock come as events named after them. */
function payloadsOf(example: string, from: Upstream): Payload[] {
  return lines(example, `<${from}`).map(line => {
    if (from !== 'B') return line
    const [event, data] = Object.entries(JSON.parse(line) as Record<string, object>)[0] as [string, object]
    return { event, data }
  })
}

function translated(example: string, from: Upstream, to: Caller, feeding: object = {}): unknown[] {
  const given = context(from)
  return writeStream(callerOf(to), readStream(upstreamOf(from), payloadsOf(example, from), { from: given.from, ...feeding }), given)
}

describe('translation, by example', () => {
  describe('of streams', () => {
    const cases: [example: string, from: Upstream, to: Caller][] = [
      ['parallel-calls', 'C', 'A'],
      ['thinking-then-call', 'A', 'C'],
      ['cut-by-the-limit', 'C', 'R'],
      ['signature', 'G', 'C'],
      ['frames', 'B', 'C'],
      ['tool-plan', 'H', 'R'],
    ]
    for (const [example, from, to] of cases) {
      for (const [name, feeding] of feedings) {
        it(`${example}, ${from} to ${to}, ${name}`, () => {
          const expected = lines(example, `>${to}`).map(line => JSON.parse(line) as object)
          const events = translated(example, from, to, feeding)
          expectMentioned(relevant(example, events), expected)
        })
      }
    }
  })

  /** The chunk that only says the role, the `[DONE]`, and the frame around the items are left out of some; an estimate depends on the request. */
  function relevant(example: string, events: readonly unknown[]): object[] {
    const data = events.filter((event): event is Record<string, unknown> => typeof event === 'object')
    if (example === 'parallel-calls') Object.assign(data[0]?.['message'] as object, { id: 'msg_x', usage: { input_tokens: 47, output_tokens: 0 } })
    if (example === 'signature' || example === 'frames') data.shift()
    if (example === 'signature') data.pop()
    return example === 'tool-plan' ? data.slice(2, -1) : data
  }

  describe('of requests', () => {
    const cases: [example: string, from: Caller, to: Upstream, whole: object][] = [
      ['thinking-replayed', 'C', 'A', { model: 'm', tools: ['now', 'tide'].map(name => ({ type: 'function', function: { name } })) }],
      ['image', 'C', 'A', { model: 'm' }],
      ['image', 'C', 'G', { model: 'm' }],
      ['image', 'C', 'B', { model: 'm' }],
      ['schema', 'C', 'A', { model: 'm', messages: [{ role: 'user', content: 'hi' }] }],
      ['schema', 'C', 'G', { model: 'm', messages: [{ role: 'user', content: 'hi' }] }],
      ['schema', 'C', 'B', { model: 'm', messages: [{ role: 'user', content: 'hi' }] }],
      ['signature', 'C', 'G', { model: 'm' }],
      ['reasoning-item', 'R', 'A', { model: 'm' }],
    ]
    for (const [example, from, to, whole] of cases) {
      it(`${example}, ${from} to ${to}`, () => {
        const [source = ''] = lines(example, `<${from}`).filter(line => !line.startsWith('{"choices"'))
        const [target = ''] = lines(example, `>${to}`)
        const { body, losses } = translateRequest(
          callerOf(from),
          { ...whole, ...(JSON.parse(source) as object) },
          upstreamOf(to),
          destination({ traits: traits[to] ?? {} }),
        )
        expectMentioned(body, target)
        expect(losses.reported).to.deep.equal([])
      })
    }
  })

  describe('of plain replies', () => {
    const cases: [example: string, to: Caller, line: number, options?: Partial<TranslationOptions>][] = [
      ['blocked-prompt', 'C', 0],
      ['blocked-prompt', 'A', 0],
      ['foreign-signature', 'A', 0],
      ['foreign-signature', 'A', 1, { seal_foreign_state: true }],
    ]
    for (const [example, to, line, options = {}] of cases) {
      it(`${example}, G to ${to}${line === 0 ? '' : ', sealed'}`, () => {
        const [source = ''] = lines(example, '<G')
        expectMentioned(translateReply(upstreamOf('G'), source, callerOf(to), context('G', {}, options)), lines(example, `>${to}`)[line] ?? '')
      })
    }
  })

  describe('of a cut', () => {
    for (const to of ['C', 'A', 'R'] as const) {
      it(`to ${to}`, () => {
        const error = gatewayError('stream_incomplete', 'upstream stream ended before completion', { provider: 'acme' })
        const events: NeutralEvent[] = [
          { type: 'start', id: 'x', model: 'm' },
          { type: 'open', key: '0', block: { type: 'text' } },
          { type: 'delta', key: '0', text: 'Low' },
          { type: 'delta', key: '0', text: ' tide' },
          { type: 'error', error },
        ]
        const written = writeStream(callerOf(to), events, context('C'))
        const [expected = ''] = lines('cut', `>${to}`)
        expectMentioned(written.at(-1), expected)
      })
    }
  })
})
