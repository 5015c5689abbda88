/** Requests, replies and chunks in which anything may stand anywhere: refused or read, never a crash. */

import { expect } from 'chai'
import { GatewayError } from '../../../../core/errors.ts'
import { parseJson } from '../../../../core/neutral/json.ts'
import type { CallerSide, UpstreamSide } from '../../../../core/neutral/translation.ts'
import openaiChat from '../../../../plugins/dialects/openai-chat/index.ts'
import { readReply, readRequest, readStream } from '../../../support/translation.ts'
import { Random, randomJson } from '../../../core/document/random-json.ts'

const caller = openaiChat.caller as CallerSide
const upstream = openaiChat.upstream as UpstreamSide
const cases = 4000

const call = { index: 0, id: 'a', type: 'function', function: { name: 'tide', arguments: '{}' }, extra_content: { google: { thought_signature: 'S' } } }
const held = {
  anthropic: {
    thinking_blocks: [
      { type: 'thinking', thinking: 'hm', signature: 'S' },
      { type: 'redacted_thinking', data: 'R' },
    ],
  },
  openai: { reasoning_items: [{ id: 'rs', encrypted_content: 'E', summary: [{ type: 'summary_text', text: 't' }] }] },
}
const message = {
  role: 'assistant',
  content: [
    { type: 'text', text: 'so' },
    { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
  ],
  reasoning_content: 'hm',
  refusal: 'no',
  annotations: [{ type: 'url_citation' }],
  reasoning_details: [{ type: 'reasoning.text', text: 'hm', signature: 'S', format: 'anthropic-claude-v1' }],
  images: [{ image_url: { url: 'data:image/png;base64,AA==' } }],
  tool_calls: [call],
  function_call: { name: 'f', arguments: '{}' },
  extra_content: held,
}
const usage = {
  prompt_tokens: 1,
  completion_tokens: 2,
  total_tokens: 3,
  prompt_tokens_details: { cached_tokens: 1 },
  completion_tokens_details: { reasoning_tokens: 1 },
}
const reply = {
  id: 'x',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message, finish_reason: 'stop', stop_reason: 'x', logprobs: { content: [{ token: 'a' }] } }],
  usage,
  x_groq: { usage },
}
const chunk = { id: 'x', model: 'm', choices: [{ index: 0, delta: message, finish_reason: null, logprobs: { content: [] } }], usage, x_groq: { usage } }
const request = {
  model: 'm',
  stream: false,
  stop: ['a'],
  n: 1,
  tools: [
    { type: 'function', function: { name: 'tide', parameters: {}, strict: true } },
    { type: 'custom', custom: { name: 'run' } },
  ],
  tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'tide' } }] } },
  response_format: { type: 'json_schema', json_schema: { name: 'n', schema: {} } },
  reasoning: { effort: 'low', max_tokens: 1 },
  extra_body: { google: {} },
  stream_options: { include_usage: true },
  logit_bias: {},
  modalities: ['text'],
  messages: [
    { role: 'system', content: [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral' } }] },
    {
      role: 'user',
      content: [
        { type: 'image_url', image_url: { url: 'https://example.com' } },
        { type: 'input_audio', input_audio: { data: 'AA==', format: 'wav' } },
        { type: 'file', file: { file_data: 'data:text/plain;base64,AA==' } },
      ],
    },
    { ...message, content: 'so' },
    { role: 'tool', tool_call_id: 'a', content: 'ok', extra_content: { anthropic: { is_error: true } } },
    { role: 'function', name: 'f', content: 'ok' },
  ],
}

/** JSON text of `value`, with something else in one place, or in a few. */
function spoiled(value: unknown, random: Random): string {
  const places: (() => void)[] = []
  const copy = structuredClone(value)
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    for (const [name, inner] of Object.entries(node)) {
      places.push(() => {
        ;(node as Record<string, unknown>)[name] = `\u0000${randomJson(random, 2)}\u0000`
      })
      visit(inner)
    }
  }
  visit(copy)
  for (let left = 1 + random.below(2); left > 0; left--) random.pick(places)()
  return JSON.stringify(copy).replaceAll(/"\\u0000(.*?)\\u0000"/g, (_, json: string) => JSON.parse(`"${json}"`) as string)
}

/** Whether `read` took it; anything but a refusal is a crash. */
function isTaken(read: () => unknown, status: (error: GatewayError) => boolean): boolean {
  try {
    read()
    return true
  } catch (error) {
    if (error instanceof GatewayError && status(error)) return false
    throw error
  }
}

function forEachSpoiled(value: unknown, take: (json: string) => boolean): void {
  const random = new Random(11)
  let [taken, refused] = [0, 0]
  for (let left = cases; left > 0; left--) {
    const json = spoiled(value, random)
    try {
      parseJson(json)
    } catch {
      continue
    }
    try {
      if (take(json)) taken += 1
      else refused += 1
    } catch (error) {
      ;(error as Error).message += `\nof ${json}`
      throw error
    }
  }
  expect(Math.min(taken, refused)).to.be.above(cases / 100)
}

describe('openai-chat, of faulty input,', () => {
  it('takes or refuses requests', () =>
    forEachSpoiled(request, json =>
      isTaken(
        () => readRequest(caller, json),
        ({ status, param }) => status === 400 && typeof param === 'string',
      ),
    ))
  it('takes or refuses plain replies', () =>
    forEachSpoiled(reply, json =>
      isTaken(
        () => readReply(upstream, json),
        ({ status }) => status >= 400,
      ),
    ))
  it('takes chunks, or reports an error', () =>
    forEachSpoiled(chunk, json => {
      const events = readStream(upstream, [json, chunk, json, { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }, '[DONE]'])
      expect(events.at(-1)?.type).to.be.oneOf(['end', 'error'])
      return events.at(-1)?.type === 'end'
    }))
})
