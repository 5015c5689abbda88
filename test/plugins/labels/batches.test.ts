/** The labels of batches: those of the call that made one, and those of each of its lines. */

import { expect } from 'chai'
import { chatCompletion } from '../../../core/testing/chat-samples.ts'
import { BatchVendor } from '../../support/batch-vendor.ts'
import { recorded } from '../../support/recorded.ts'
import { hello, Served } from '../../support/serve.ts'

const requests = (model: string) =>
  [
    ['a', { tags: ['line'] }],
    ['b', { metadata: { tags: ['made'] } }],
    ['c', {}],
  ].map(([id, more]) => ({ custom_id: id, method: 'POST', url: '/v1/chat/completions', body: { ...hello, model, ...(more as object) } }))

const kinds: readonly (readonly [who: string, config: Readonly<Record<string, unknown>>, model: string])[] = [
  [
    'the gateway',
    { providers: { other: { type: 'openai-compatible', api_key: 'sk-o', base_url: '${OPENAI_BASE_URL}', models: ['gpt-own'] } } },
    'other/gpt-own',
  ],
  ['the provider', {}, 'gpt-test'],
]

async function ended(served: Served, id: string): Promise<void> {
  for (;;) {
    const { status } = JSON.parse((await served.call('GET', `/v1/batches/${id}`)).body.toString()) as { readonly status: string }
    if (status === 'completed') return
  }
}

describe('the labels of a batch', () => {
  for (const [who, config, model] of kinds) {
    it(`that ${who} runs are those of its call and of each line, and go no further`, async () => {
      await using served = await Served.start({ config })
      const vendor = new BatchVendor()
      served.upstream.always(vendor.cueWithBatches(() => ({ body: chatCompletion() })))
      const made = await served.call(
        'POST',
        '/v1/batches',
        { requests: requests(model), endpoint: '/v1/chat/completions', completion_window: '24h' },
        { 'x-litellm-tags': 'made' },
      )
      expect(made.status, made.body.toString()).to.equal(200)
      vendor.finish(() => ({ status: 200, body: chatCompletion() }))
      await ended(served, (JSON.parse(made.body.toString()) as { readonly id: string }).id)
      const records = await recorded(served, 3)
      expect(records.map(({ labels }) => labels)).to.have.deep.members([['made', 'line'], ['made'], ['made']])
      expect(served.upstream.requests.filter(({ body }) => body.includes('"tags"'))).to.have.length(0)
    })
  }
})
