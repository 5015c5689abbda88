import { expect } from 'chai'
import type { Exchange } from '../../../core/pipeline/exchange.ts'
import { gatewayError } from '../../../core/errors.ts'
import { chatCompletion } from '../../../core/testing/chat-samples.ts'
import { runPlugin } from '../../../core/testing/run-plugin.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import type { AdminCall } from '../../../core/index.ts'
import type { Filter } from '../../../core/storage/journal.ts'
import { conversationEndpoint } from '../../../plugins/audit/api/conversation.ts'
import { viewsOf, type ApiDeps } from '../../../plugins/audit/api/deps.ts'
import { Bodies } from '../../../plugins/audit/bodies.ts'
import type { AuditRow } from '../../../plugins/audit/journal.ts'
import { Recorder } from '../../../plugins/audit/recorder.ts'
import { auditRow } from '../../support/audit.ts'

/** A recorder that writes into a list, as a plugin beside a provider that answers. */
async function recording({ clock = new TurnedClock(), logsBodies = false, answer = chatCompletion({ content: 'hi' }) } = {}) {
  const rows: AuditRow[] = []
  let flushes = 0
  let late = 0
  const bodies = logsBodies ? new Bodies({ logRevisions: true, isStepwise: true, keepsUploads: false, keepsMedia: false }, () => undefined) : undefined
  const recorder = new Recorder({
    logHeaders: true,
    isStepwise: true,
    onlyModelInteractions: true,
    bodies,
    clock,
    writer: {
      add: row => {
        rows.push(row)
      },
      addLate: row => {
        rows.push(row)
        late += 1
      },
      flush: () => {
        flushes += 1
        return Promise.resolve()
      },
    },
  })
  const definition = {
    name: 'recording',
    edits: false,
    setup: () => ({ request: (exchange: Exchange) => recorder.open(exchange), finished: (exchange: Exchange) => recorder.close(exchange) }),
  }
  const call = async (request: object = {}) => (await runPlugin(definition, { clock, answer, request: request as Record<string, unknown> })).exchange
  return {
    rows,
    recorder,
    call,
    clock,
    get flushes() {
      return flushes
    },
    get late() {
      return late
    },
  }
}

describe('the recorder of the audit log', () => {
  it('says when a request came and how long it took, by the clock', async () => {
    const clock = new TurnedClock(Date.UTC(2026, 0, 1))
    const { rows, call, recorder } = await recording({ clock })
    const exchange = await call()
    clock.advance(1500)
    recorder.close(exchange)
    expect(rows.map(({ timestamp, duration_ns: ns }) => [timestamp, ns])).to.deep.equal([
      [Date.UTC(2026, 0, 1), 0],
      [Date.UTC(2026, 0, 1), 1.5e9],
    ])
  })

  it('writes ten rows in a second of requests for which there was no room', async () => {
    const { rows, call, recorder, clock } = await recording()
    const exchange = await call()
    exchange.error = gatewayError('overloaded', 'too much')
    const shed = (count: number) => {
      for (let i = 0; i < count; i++) recorder.close(exchange)
    }
    rows.length = 0
    shed(25)
    expect(rows).to.have.length(10)
    clock.advance(999)
    shed(5)
    expect(rows).to.have.length(10)
    clock.advance(1)
    shed(5)
    expect(rows).to.have.length(15)
  })

  const ends: readonly [what: string, facts: Partial<Exchange>, type: string | null][] = [
    ['a caller who took nothing', { isStalled: true, status: 499 }, 'client_stalled'],
    ['a caller who left', { status: 499 }, 'request_canceled'],
    ['an error', { error: gatewayError('upstream_timeout', 'late', { provider: 'openai' }), status: 504 }, 'provider_error'],
    ['no error', {}, null],
  ]
  for (const [what, facts, type] of ends) {
    it(`names ${what}`, async () => {
      const { rows, call, recorder } = await recording()
      recorder.close(Object.assign(await call(), facts))
      expect(rows.at(-1)?.error_type).to.equal(type)
    })
  }

  it('says why a credential was refused', async () => {
    const { rows, call, recorder } = await recording()
    recorder.close(
      Object.assign(await call(), {
        caller: undefined,
        error: gatewayError('invalid_api_key', 'authentication failed'),
        refusedCredential: 'expired: key_1',
        refusedMethod: 'api_key',
      }),
    )
    expect(rows.at(-1)).to.include({ auth_method: 'api_key', error_message: 'expired: key_1' })
  })

  for (const [what, answer, isAtOnce] of [
    ['small bodies as text at once', 'hi', true],
    ['large bodies as text when the row is spelled, and as often as it is asked the same', 'x'.repeat(20_000), false],
  ] as const) {
    it(`writes ${what}`, async () => {
      const { rows, call } = await recording({ logsBodies: true, answer: chatCompletion({ content: answer }) })
      await call({ messages: [{ role: 'user', content: 'hello' }] })
      const [row] = rows as [AuditRow]
      expect(row.request_body !== null).to.equal(isAtOnce)
      const spelled = JSON.stringify(row)
      const stored = JSON.parse(spelled) as AuditRow
      expect(JSON.parse(stored.request_body ?? '')).to.deep.include({ messages: [{ role: 'user', content: 'hello' }] })
      expect(JSON.parse(stored.response_body ?? '').choices[0].message.content).to.equal(answer)
      expect(JSON.stringify(row)).to.equal(spelled)
    })
  }

  it('leaves large bodies for when their row is stored', async () => {
    for (const [length, late] of [
      [8_000, 0],
      [20_000, 1],
    ] as const) {
      const recorded = await recording({ logsBodies: true, answer: chatCompletion({ content: 'x'.repeat(length) }) })
      await recorded.call()
      expect([recorded.rows.length, recorded.late]).to.deep.equal([1, late])
    }
  })

  it('has bodies stored before they take up too much memory', async () => {
    const recorded = await recording({ logsBodies: true, answer: chatCompletion({ content: 'x'.repeat(1 << 20) }) })
    for (let i = 0; i < 3; i++) await recorded.call()
    expect(recorded.flushes).to.equal(0)
    await recorded.call()
    expect(recorded.flushes).to.equal(1)
  })
})

describe('the endpoints of the audit log', () => {
  it('show rows without usage while the ledger fails', async () => {
    const rows = [auditRow({ id: 'a' })]
    const deps = { usage: { ofRequests: () => Promise.reject(new Error('away')) } } as unknown as ApiDeps
    expect((await viewsOf(rows, deps)).map(({ id, usage }) => [id, usage])).to.deep.equal([['a', undefined]])
  })

  it('show what of a conversation was found within ten seconds', async () => {
    const clock = new TurnedClock()
    const chain = (id: string) => auditRow({ id, response_id: `r${id}`, previous_response_id: `r${Number(id) - 1}` })
    /** Each question takes four seconds. */
    async function* each({ equals }: Filter) {
      clock.advance(4000)
      const response = equals?.['response_id']
      yield typeof response === 'string' ? [chain(response.slice(1))] : []
    }
    const journal = { get: (id: string) => Promise.resolve(chain(id)), each }
    const endpoint = conversationEndpoint({ journal, clock, flush: () => Promise.resolve(), usage: undefined, media: undefined } as unknown as ApiDeps)
    const call = { query: { log_id: '100', limit: 40 }, scope: { root: '/', isGlobal: true }, confine: () => '/' } as unknown as AdminCall
    const { entries, truncated } = (await endpoint.handle(call)) as { entries: { id: string }[]; truncated: boolean }
    expect(entries.map(({ id }) => id)).to.have.members(['100', '99', '98', '97'])
    expect(truncated).to.equal(true)
  })
})
