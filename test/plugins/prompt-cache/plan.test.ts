import { expect } from 'chai'
import pino from 'pino'
import { gatewayError, JsonDocument, type Attempt, type Failure } from '../../../core/index.ts'
import type { PromptCaching } from '../../../core/neutral/prompt-caching.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import openaiChat from '../../../plugins/dialects/openai-chat/index.ts'
import { Directives } from '../../../plugins/prompt-cache/directives.ts'
import { PromptObjects } from '../../../plugins/prompt-cache/prompt-objects.ts'
import { Plan } from '../../../plugins/prompt-cache/plan.ts'
import { Prefix } from '../../../plugins/prompt-cache/prefix.ts'
import { destination } from '../../support/translation.ts'

const text = '{"messages":[{"role":"system","content":"a"},{"role":"user","content":"b"}]}'
const read = () => JsonDocument.parse(Buffer.from(text))

function planOf(caching: PromptCaching) {
  let refusals = 0
  const log = pino({ level: 'silent' })
  const provider = { name: 'acme', wires: new Map([['acme', { name: 'acme', upstream: { promptCaching: caching } }]]), destination: () => destination() }
  const attempt = { target: { provider, model: 'm' }, key: undefined } as unknown as Attempt
  const plan = new Plan({
    attempt,
    caching,
    log,
    prefix: new Prefix(openaiChat.conversation(read(), 'chat')),
    isHeadLong: true,
    requestId: 'r',
    directives: new Directives(caching.directives),
    objects: new PromptObjects(new TurnedClock(), log),
    refused: () => {
      refusals += 1
    },
    suspect: consequence => consequence(),
  })
  return { plan, refusals: () => refusals }
}

const marking: PromptCaching = { directives: ['keep'], ask: body => body.set(body.root, 'keep', 'true') }
const failing = (): never => {
  throw new TypeError('not to be made')
}
const failure = (status: number | undefined, said: string): Failure => ({
  kind: 'status',
  error: gatewayError('bad_upstream_response', said),
  text: said,
  ...(status === undefined ? {} : { status }),
})

describe('the plan of a call', () => {
  for (const [what, caching, dialect, expected] of [
    ['is spelled by the dialect that is spoken', marking, 'acme', text.replace(/\}$/, ',"keep":true}')],
    ['is nothing in a dialect without one', marking, 'other', text],
    ['is nothing where the dialect fails to spell it', { directives: [], ask: failing }, 'acme', text],
    [
      'is nothing where the dialect fails to spell an object',
      { directives: [], object: { operation: 'keep', make: failing, nameIn: () => 'n', refer: failing } },
      'acme',
      text,
    ],
    [
      'is nothing where there is nothing to keep',
      { directives: [], object: { operation: 'keep', make: () => undefined, nameIn: () => 'n', refer: failing } },
      'acme',
      text,
    ],
  ] as const) {
    it(what, async () => {
      const body = read()
      const { plan } = planOf(caching)
      await plan.apply(body, dialect)
      expect([body.render().toString(), plan.isApplied]).to.deep.equal([expected, expected !== text])
    })
  }

  it('gives way to what the body that leaves says by itself', () => {
    const body = JsonDocument.parse(Buffer.from('{"keep":false}'))
    const { plan } = planOf(marking)
    void plan.apply(body, 'acme')
    expect([body.edited, plan.isApplied]).to.deep.equal([false, false])
  })

  for (const [status, said, isRefused] of [
    [400, 'unknown field: prompt_cache_key', true],
    [403, 'cachedcontent not found', true],
    [422, 'caching is not supported', true],
    [400, 'no such seed', false],
    [401, 'cache key', false],
    [429, 'cache busy', false],
    [408, 'cache', false],
    [500, 'cache', false],
    [undefined, 'cache', false],
  ] as const) {
    it(`is ${isRefused ? '' : 'not '}what ${status ?? 'no status'} with "${said}" refuses`, () => {
      const { plan, refusals } = planOf(marking)
      expect(plan.isRefused(failure(status, said)), 'before it left').to.equal(false)
      void plan.apply(read(), 'acme')
      expect([plan.isRefused(failure(status, said)), refusals()]).to.deep.equal([isRefused, isRefused ? 1 : 0])
    })
  }
})
