import { expect } from 'chai'
import { Phase, type Tap } from '../../../core/pipeline/phase.ts'
import type { Exchange } from '../../../core/pipeline/exchange.ts'
import { GatewayError } from '../../../core/errors.ts'

type Said = string

/** As much of an exchange as a phase looks at. */
function exchange(...steps: readonly string[]) {
  const warned: unknown[] = []
  const logged: unknown[] = []
  return {
    plan: { steps: steps.map(name => ({ name })) },
    failures: [],
    answeredBy: Number.POSITIVE_INFINITY,
    warned,
    logged,
    throwIfStopped() {},
    orStopped: <T>(work: Promise<T>) => work,
    log: { warn: (said: unknown) => warned.push(said), error: (said: unknown) => logged.push(said) },
  } as unknown as Exchange & { warned: unknown[]; logged: unknown[] }
}

function tap(name: string, call: Tap<Said>['call'], more: Partial<Tap<Said>> = {}): Tap<Said> {
  return {
    name,
    step: 0,
    call,
    understands: said => typeof said === 'string',
    onError: 'closed',
    timeoutMs: 0,
    edits: false,
    guards: false,
    exempts: false,
    ...more,
  }
}

describe('a phase', () => {
  it('asks its taps in order, until one says something', () => {
    const asked: string[] = []
    const silent = (name: string) =>
      tap(name, () => {
        asked.push(name)
        return undefined
      })
    const phase = new Phase<Said>('route', [silent('a'), tap('b', () => 'said', { step: 1 }), silent('c')])
    const one = exchange()
    expect(phase.fire(one)).to.equal('said')
    expect(asked).to.deep.equal(['a'])
    expect(one.answeredBy).to.equal(1)
  })

  it('says who answered by the place that he has in the plan of the phases to come', () => {
    const one = exchange('new', 'a', 'b')
    expect(new Phase<Said>('route', [tap('b', () => 'said', { step: 1 })]).fire(one)).to.equal('said')
    expect(one.answeredBy).to.equal(2)
  })

  it('makes no promise while no tap does', () => {
    expect(new Phase<Said>('route', [tap('a', () => undefined)]).fire(exchange())).to.equal(undefined)
    expect(new Phase<Said>('route', []).fire(exchange())).to.equal(undefined)
  })

  it('waits for a promise, and goes on behind it', async () => {
    const asked: string[] = []
    const phase = new Phase<Said>('route', [
      tap('a', async () => {
        asked.push('a')
        return undefined
      }),
      tap('b', () => {
        asked.push('b')
        return undefined
      }),
      tap('c', async () => {
        asked.push('c')
        return 'said'
      }),
      tap('d', () => {
        asked.push('d')
        return undefined
      }),
    ])
    expect(await phase.fire(exchange())).to.equal('said')
    expect(asked).to.deep.equal(['a', 'b', 'c'])
  })

  it('may begin behind the first taps', () => {
    const phase = new Phase<Said>(
      'response',
      ['a', 'b', 'c'].map(name => tap(name, () => name)),
    )
    expect(phase.fire(exchange(), undefined, 1)).to.equal('b')
    expect(phase.fire(exchange(), undefined, 3)).to.equal(undefined)
    expect(phase.fire(exchange(), undefined, -1)).to.equal(undefined)
  })

  for (const isAsync of [false, true]) {
    const failing = (onError: 'open' | 'closed') =>
      new Phase<Said>('route', [
        tap(
          'a',
          isAsync
            ? async () => {
                throw new Error('x')
              }
            : () => {
                throw new Error('x')
              },
          { onError },
        ),
        tap('b', () => 'said'),
      ])

    it(`goes on behind a tap that fails open (${isAsync ? 'async' : 'sync'})`, async () => {
      const one = exchange()
      expect(await failing('open').fire(one)).to.equal('said')
      expect(one.failures.map(({ instance, mode }) => ({ instance, mode }))).to.deep.equal([{ instance: 'a', mode: 'open' }])
      expect(one.warned).to.have.length(1)
    })

    it(`ends with an error that names no plugin behind one that fails closed (${isAsync ? 'async' : 'sync'})`, async () => {
      const one = exchange()
      const cause = await (async () => await failing('closed').fire(one))().then(
        () => undefined,
        (cause: unknown) => cause,
      )
      expect(cause).to.be.instanceOf(GatewayError).that.includes({ code: 'plugin_failure', status: 500 })
      expect(one.logged).to.have.length(1)
    })
  }
})
