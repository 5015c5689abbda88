import { once } from 'node:events'
import { expect } from 'chai'
import type { GatewayError } from '../../../core/errors.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { openCall, wholeBody } from '../../../core/upstream/open-call.ts'
import type { ProviderInstance } from '../../../core/upstream/provider/provider.ts'
import type { ReplyListener } from '../../../core/upstream/transport/transport.ts'
import { failureOf } from '../../support/refusal-of.ts'

/** A provider whose answer is played by hand. */
class Played {
  readonly clock = new TurnedClock()
  listener: ReplyListener | undefined
  isAborted = false
  isPaused = false

  begin() {
    const provider = {
      name: 'p',
      limits: { responseHeaderMs: 5_000, streamIdleMs: 7_000 },
      keys: { take: () => undefined },
      headers: { of: (headers: string[]) => headers },
      endpoint: () => ({ method: 'GET', path: '/files/{id}' }),
      send: (_call: unknown, listener: ReplyListener) => {
        this.listener = listener
        return {
          pause: () => (this.isPaused = true),
          resume: () => (this.isPaused = false),
          abort: () => (this.isAborted = true),
        }
      },
    } as unknown as ProviderInstance
    return openCall(provider, { operation: 'files_get', params: { id: 'f' } }, this.clock)
  }
}

describe('a call about an object of a provider', () => {
  let played: Played
  beforeEach(() => {
    played = new Played()
  })

  it('is given up when its answer does not begin in time', async () => {
    const refusal = failureOf<GatewayError>(played.begin())
    played.clock.advance(5_000)
    expect(await refusal).to.include({ code: 'upstream_timeout', status: 504, message: 'p sent no response within 5 s' })
    expect(played.isAborted).to.equal(true)
  })

  it('is given up when its answer falls silent', async () => {
    const opening = played.begin()
    played.listener?.onHead(200, {})
    const refusal = failureOf<GatewayError>(wholeBody(await opening, 100, 'p'))
    played.clock.advance(6_999)
    played.listener?.onData(Buffer.from('a'))
    played.clock.advance(6_999)
    expect(played.isAborted).to.equal(false)
    played.clock.advance(1)
    expect(await refusal).to.include({ code: 'stream_incomplete', message: 'p sent nothing for 7 s' })
    expect(played.isAborted).to.equal(true)
  })

  it('is not silent while whoever reads has enough', async () => {
    const opening = played.begin()
    played.listener?.onHead(200, {})
    const { body } = await opening
    played.listener?.onData(Buffer.alloc(1_000_000))
    expect(played.isPaused).to.equal(true)
    expect(played.clock.pending).to.equal(0)
    body.resume()
    await once(body, 'data')
    expect([played.isPaused, played.clock.waitsMs]).to.deep.equal([false, [7_000]])
    played.listener?.onEnd()
    expect(played.clock.pending).to.equal(0)
  })

  it('may break off where nobody reads its answer', async () => {
    const opening = played.begin()
    played.listener?.onHead(200, {})
    const { body } = await opening
    body.resume()
    played.listener?.onError(new Error('reset'))
    await new Promise(resolve => body.once('close', resolve))
    expect(body.errored?.message).to.equal('p broke off its answer')
  })
})
