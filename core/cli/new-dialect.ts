/** What `tapline new dialect <name>` writes: a wire format for text, a provider that speaks it, and their test, as a package. */

import { moduleOf, type Files } from './provider-package.ts'

export function dialect(name: string): Files {
  return {
    'index.js': moduleOf(
      name,
      `  dialects: ['./dialect.js'],
  operations: { generate: 'POST /generate', models: 'GET /models' },`,
    ),
    'dialect.js': dialectFile(name),
    'index.test.js': testFile(name),
  }
}

function dialectFile(name: string): string {
  return `/** The wire format: {"model", "prompt"} is answered by {"text", "done"}, a stream by such events. */

import { defineDialect, gatewayError } from 'tapline'
import { dropUntaken, parseJson, refusal, spellJson } from 'tapline/dialect'

export default defineDialect({
  name: '${name}',
  upstream: { operation: () => 'generate', request, reply, stream: from => new Stream(from) },
})

// The writer of a request. What the API cannot do is dropped, or refused where the answer would be another.
function request(asked, to, losses) {
  dropUntaken(asked, '${name}', new Set(), losses)
  if (asked.tools.length > 0) throw refusal('tools', to.provider + ' calls no tools')
  if (asked.output !== undefined) throw refusal('response_format', to.provider + ' answers in prose')
  if (asked.reasoning !== undefined) losses.drop('reasoning_effort', 'not taken by ${name}')
  const body = {
    ...asked.extras,
    model: to.model,
    prompt: [...asked.system.map(({ text }) => text), ...asked.turns.flatMap(({ blocks }) => blocks.map(block => textOf(block, to)))].join('\\n'),
    limit: asked.maxOutputTokens,
    temperature: asked.sampling.temperature,
    top_p: asked.sampling.topP,
    stream: asked.isStream || undefined,
  }
  return { body: spellJson(body), emulatedStop: asked.stop }
}

function textOf(block, { provider }) {
  if (block.type === 'text' || block.type === 'refusal') return block.text
  if (block.type === 'reasoning') return ''
  throw refusal(block.at ?? 'messages', provider + ' takes text, not ' + block.type)
}

// The reader of a plain reply
function reply({ text, done }, { provider }) {
  if (typeof text !== 'string') throw gatewayError('bad_upstream_response', provider + ': provider returned no text', { provider })
  return { blocks: [{ type: 'text', text }], finish: done === 'limit' ? 'length' : 'stop' }
}

// The reader of a stream
class Stream {
  #state = 'new'

  constructor(from) {
    this.from = from
  }

  read({ data }, emit) {
    if (this.#state === 'over' || data === undefined) return
    const event = parsed(data)
    if (typeof event?.text !== 'string') return this.#fail(emit)
    if (this.#state === 'new') {
      emit({ type: 'start' })
      emit({ type: 'open', key: '0', block: { type: 'text' } })
      this.#state = 'open'
    }
    emit({ type: 'delta', key: '0', text: event.text })
    if (event.done === undefined) return
    emit({ type: 'close', key: '0' })
    emit({ type: 'finish', finish: event.done === 'limit' ? 'length' : 'stop' })
    emit({ type: 'end' })
    this.#state = 'over'
  }

  end() {}

  #fail(emit) {
    const { provider } = this.from
    emit({ type: 'error', error: gatewayError('stream_incomplete', provider + ': sent an event that cannot be read', { provider }) })
    this.#state = 'over'
  }
}

function parsed(data) {
  try {
    return parseJson(data)
  } catch {
    return undefined
  }
}
`
}

function testFile(name: string): string {
  return `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ScriptedUpstream, startTestGateway, translate } from 'tapline/testing'

const type = import.meta.resolve('./index.js')
const messages = [{ role: 'system', content: 'Be brief.' }, { role: 'user', content: 'Hello' }]

test('${name} gets a chat as a prompt', async () => {
  const config = { providers: { it: { type, api_key: 'key' } } }
  const { url, body } = await translate({ config, to: 'it/model-a', request: { model: 'any', messages } })
  assert.equal(url, 'https://api.${name}.example/v1/generate')
  assert.deepEqual(JSON.parse(body), { model: 'model-a', prompt: 'Be brief.\\nHello' })
})

test('${name} answers clients, plain and streamed', async () => {
  await using upstream = await ScriptedUpstream.start({ models: ['model-a'] })
  await using gateway = await startTestGateway({ config: { providers: { it: { type, base_url: upstream.url, api_key: 'key', models: ['model-a'] } } } })
  const ask = async more => {
    const body = JSON.stringify({ model: 'it/model-a', messages, ...more })
    return await (await fetch(gateway.url + '/v1/chat/completions', { method: 'POST', headers: { 'content-type': 'application/json' }, body })).text()
  }

  upstream.reply({ body: { text: 'Good day.', done: 'end' } })
  assert.equal(JSON.parse(await ask({})).choices[0].message.content, 'Good day.')

  upstream.reply({ chunks: ['data: {"text":"Good"}\\n\\n', 'data: {"text":" day.","done":"end"}\\n\\n'] })
  const streamed = await ask({ stream: true })
  assert.equal([...streamed.matchAll(/"content":"([^"]*)"/g)].map(([, text]) => text).join(''), 'Good day.')
})
`
}
