/** Streams that the cache replays, as the official clients read them: nothing but the headers tells them from the first ones. */

import Anthropic from '@anthropic-ai/sdk'
import { expect } from 'chai'
import type OpenAI from 'openai'
import { callerDialects, type CallerDialect } from '../support/caller-streams.ts'
import { speakers, speakersEnv, spokenStream } from '../support/model-streams.ts'
import { masterKey, Served } from '../support/serve.ts'
import { eventually } from '../support/until.ts'

const config = { cache: { response: { simple: {} } }, providers: speakers }
const messages = [{ role: 'user' as const, content: 'When is the tide?' }]
const speech = { pieces: ['one ', 'two'], calls: [{ name: 'tide', arguments: ['{"port":', '"Brest"}'] }] }

interface Heard {
  readonly cache: string | null
  readonly events: readonly unknown[]
  /** What the client makes of all events. */
  readonly whole: unknown
}

async function drained<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const events: T[] = []
  for await (const event of stream) events.push(event)
  return events
}

async function openai(client: OpenAI, model: string): Promise<Heard> {
  const asked = { model, messages, stream_options: { include_usage: true } }
  const { data, response } = await client.chat.completions.create({ ...asked, stream: true }).withResponse()
  return { cache: response.headers.get('x-cache'), events: await drained(data), whole: await client.chat.completions.stream(asked).finalChatCompletion() }
}

async function responses(client: OpenAI, model: string): Promise<Heard> {
  const asked = { model, input: messages, store: false }
  const { data, response } = await client.responses.create({ ...asked, stream: true }).withResponse()
  return { cache: response.headers.get('x-cache'), events: await drained(data), whole: await client.responses.stream(asked).finalResponse() }
}

async function anthropic(baseURL: string, model: string): Promise<Heard> {
  const client = new Anthropic({ baseURL, apiKey: masterKey, maxRetries: 0 })
  const asked = { model, messages, max_tokens: 100 }
  const { data, response } = await client.messages.create({ ...asked, stream: true }).withResponse()
  return { cache: response.headers.get('x-cache'), events: await drained(data), whole: await client.messages.stream(asked).finalMessage() }
}

const readers: Readonly<Record<CallerDialect, (served: Served, model: string) => Promise<Heard>>> = {
  'openai-chat': (served, model) => openai(served.client(), model),
  'openai-responses': (served, model) => responses(served.client(), model),
  'anthropic-messages': (served, model) => anthropic(served.url, model),
}

describe('a cached stream, to the official clients', () => {
  for (const dialect of callerDialects) {
    for (const vendor of [dialect, 'gemini'] as const) {
      for (const pace of ['instant', 'paced'] as const) {
        it(`is the same ${dialect} stream again, ${vendor === dialect ? 'native' : 'translated'}, ${pace}`, async () => {
          await using served = await Served.start({ env: { ...speakersEnv, RESPONSE_CACHE_STREAM_REPLAY: pace }, config })
          const { events, contentType } = spokenStream(vendor, speech)
          served.upstream.always({ chunks: events, headers: { 'content-type': contentType } })
          const first = await readers[dialect](served, `${vendor}/m`)
          await served.completions.ended(2)
          // Both of its calls are kept, one in place of the other, a while after they have left.
          await eventually(async () => {
            const again = await readers[dialect](served, `${vendor}/m`)
            const asked = served.upstream.requests.length
            const last = await readers[dialect](served, `${vendor}/m`)
            expect([first.cache, again.cache, last.cache]).to.deep.equal([null, 'HIT (exact)', 'HIT (exact)'])
            expect(last).to.deep.equal(again)
            expect(last.events).to.have.length(first.events.length)
            expect(served.upstream.requests).to.have.length(asked)
          })
        })
      }
    }
  }
})
