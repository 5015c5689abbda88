import { expect } from 'chai'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { expectError } from '../../support/answer.ts'
import { hello, Served } from '../../support/serve.ts'

async function served(limits: object, clock = new TurnedClock()): Promise<Served> {
  const gateway = await Served.start({ clock, config: { rate_limits: limits } })
  gateway.upstream.always({ body: { id: 'c', object: 'chat.completion', created: 1, model: 'gpt-test', choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }], usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 } } })
  return gateway
}

const as = (path: string) => ({ 'x-tapline-user-path': path })

describe('rate-limit', () => {
  it('refuses the call when the path has spent its minute, and says when to come back', async () => {
    await using gateway = await served({ user_paths: [{ path: '/team', limits: [{ period: 'minute', max_requests: 2 }] }] })
    for (const remaining of ['1', '0']) {
      const answer = await gateway.chat(hello, as('/team/a'))
      expect(answer.status).to.equal(200)
      expect(answer.headers).to.include({ 'x-ratelimit-limit-requests': '2', 'x-ratelimit-remaining-requests': remaining, 'x-ratelimit-reset-requests': '60' })
    }
    const refused = await gateway.chat(hello, as('/team/b'))
    expectError(refused, { code: 'rate_limit_exceeded', status: 429 })
    expect(refused.headers['retry-after']).to.equal('90')
    expect(refused.body.toString()).to.include('2 requests per minute for user path /team')
    expect((await gateway.chat(hello, as('/other'))).status).to.equal(200)
  })
})
