import { expect } from 'chai'
import { GatewayError, gatewayError } from '../../../core/errors.ts'
import type { Exchange } from '../../../core/pipeline/exchange.ts'
import { Trace } from '../../../core/pipeline/trace.ts'
import type { StreamTap } from '../../../core/plugin/define.ts'
import { splitEvents } from '../../../core/stream/borders.ts'
import { StreamEvent } from '../../../core/stream/event.ts'
import { StreamRule, StreamTapError, type OnFailure } from '../../../core/stream/rule.ts'
import { chatStream } from '../../../plugins/dialects/openai-chat/stream.ts'

const exchange = {} as Exchange
const refusal = gatewayError('guardrail_blocked', 'no')
const closed: OnFailure = () => 'closed'
const done = 'data: [DONE]\n\n'

interface Delta {
  content?: string | null
  reasoning_content?: string
  refusal?: string
  tool_calls?: { index: number; function: { arguments: string } }[]
}

function chunk(delta: Delta, finish: string | null = null, index = 0): string {
  return `data: ${JSON.stringify({ id: 'c', created: 7, model: 'm', choices: [{ index, delta, finish_reason: finish }] })}\n\n`
}

function ruleOf(...taps: StreamTap<never>[]): StreamRule {
  return new StreamRule(
    taps.map((tap, i) => ({ name: `tap-${i}`, tap })),
    chatStream,
    closed,
  )
}

const redact = (pattern: RegExp, lookbehind = 10): StreamTap<never> => ({ lookbehind, text: text => text.replace(pattern, '[x]') })

/** All that leaves, or the refusal. */
function run(rule: StreamRule, events: readonly string[]): string | GatewayError {
  const running = rule.open(exchange)
  let left = ''
  for (const step of [...events.map(text => () => running.event(new StreamEvent(Buffer.from(text)))), () => running.end()]) {
    const leaves = step()
    if (leaves instanceof GatewayError) return leaves
    left += leaves.join('')
  }
  running.close()
  return left
}

/** The texts of a stream, by key, and the keys that ended. */
function heard(stream: string | GatewayError): Record<string, string> {
  if (typeof stream !== 'string') throw stream
  const texts: Record<string, string> = {}
  for (const event of splitEvents(Buffer.from(stream))) {
    for (const { key, text } of chatStream.texts(event)) texts[key] = (texts[key] ?? '') + text
    for (const end of chatStream.ends(event)) texts[`end of ${end}`] = Object.values(texts).join('').length.toString()
  }
  return Object.fromEntries(Object.entries(texts).filter(([key]) => !key.startsWith('end of 0/reasoning')))
}

describe('StreamRule', () => {
  it('hands events that nobody changes on as they came', () => {
    const running = ruleOf({ text: text => text }, { observe: () => undefined }).open(exchange)
    for (const text of [chunk({ content: 'a' }), ': comment\n\n', 'data: {"choices": []}\r\n\r\n', done]) {
      const event = new StreamEvent(Buffer.from(text))
      const [left, ...more] = running.event(event) as readonly Buffer[]
      expect(left).to.equal(event.bytes)
      expect(more).to.deep.equal([])
    }
  })

  const carriers: Record<string, (text: string) => Delta> = {
    '0/text': content => ({ content }),
    '0/reasoning': text => ({ reasoning_content: text }),
    '0/refusal': text => ({ refusal: text }),
    '0/tool_arguments/3': text => ({ tool_calls: [{ index: 3, function: { arguments: text } }] }),
  }

  for (const [key, delta] of Object.entries(carriers)) {
    it(`redacts a word wherever it is split: ${key}`, () => {
      const text = key.includes('tool') ? String.raw`{"q":"is \u0068unter2 😀"}` : 'it is hunter2 😀'
      const expected = key.includes('tool') ? '{"q":"is [x] 😀"}' : 'it is [x] 😀'
      for (let cut = 0; cut <= text.length; cut++) {
        const parts = [text.slice(0, cut), text.slice(cut)]
        const stream = run(ruleOf(redact(/hunter2/g)), [...parts.map(part => chunk(delta(part))), chunk({}, 'stop'), done])
        expect(heard(stream)[key], `cut at ${cut}`).to.equal(expected)
        expect(stream).to.not.include('hunter')
      }
      const letters = text.split('').map(letter => chunk(delta(letter)))
      expect(heard(run(ruleOf(redact(/hunter2/g)), [...letters, done]))[key]).to.equal(expected)
    })
  }

  it('lets the taps act in their order, behind the largest lookbehind', () => {
    const rule = ruleOf({ text: text => text.replaceAll('one', 'two three') }, redact(/three/g, 2))
    expect(heard(run(rule, [chunk({ content: 'on' }), chunk({ content: 'e!' }), done]))).to.include({ '0/text': 'two [x]!' })
  })

  it('puts held text into the event that ends it, if that carries a text', () => {
    const stream = run(ruleOf(redact(/x/g)), [chunk({ content: 'held' }), chunk({ content: '' }, 'stop'), done])
    expect(stream).to.equal(chunk({ content: '' }) + chunk({ content: 'held' }, 'stop') + done)
  })

  it('puts it into an event before the end otherwise', () => {
    for (const ending of [chunk({}, 'stop'), chunk({ content: null }, 'stop'), done]) {
      const stream = run(ruleOf(redact(/x/g)), [chunk({ content: 'held' }), ending]) as string
      const [, added, last] = splitEvents(Buffer.from(stream))
      expect(added?.document?.root.value()).to.deep.equal({
        id: 'c',
        object: 'chat.completion.chunk',
        created: 7,
        model: 'm',
        choices: [{ index: 0, delta: { content: 'held' }, finish_reason: null }],
      })
      expect(last?.bytes.toString()).to.equal(ending)
    }
  })

  it('lets go of what is held when a stream is cut off', () => {
    const stream = run(ruleOf(redact(/x/g)), [chunk({ content: 'one' }), chunk({ tool_calls: [{ index: 0, function: { arguments: '{"a":"b' } }] })])
    expect(heard(stream)).to.deep.equal({ '0/text': 'one', '0/tool_arguments/0': '{"a":"b' })
  })

  it('lets reasoning go before the answer begins', () => {
    const stream = run(ruleOf(redact(/x/g)), [chunk({ reasoning_content: 'think' }), chunk({ content: 'a long enough answer' }), chunk({}, 'stop')]) as string
    expect(stream.indexOf('think')).to.be.greaterThan(0).and.lessThan(stream.indexOf('a long'))
  })

  it('keeps choices apart', () => {
    const events = [
      chunk({ content: 'hun' }),
      chunk({ content: 'ter2' }, null, 1),
      chunk({ content: 'ter2' }),
      chunk({}, 'stop'),
      chunk({ content: 'hunter2' }, 'stop', 1),
    ]
    expect(heard(run(ruleOf(redact(/hunter2/g)), events))).to.include({ '0/text': '[x]', '1/text': 'ter2[x]' })
  })

  it('tells a tap the channel, and gives it the state of the stream', () => {
    const seen: unknown[] = []
    const tap: StreamTap<string[]> = {
      open: of => [of === exchange ? 'opened' : 'lost'],
      text: (text, channel, state) => {
        state.push(channel)
        return text
      },
      observe: (_, state) => void state.push('observed'),
      end: state => void seen.push(state),
    }
    const rule = ruleOf(tap as StreamTap<never>)
    run(rule, [chunk({ content: 'a' }), chunk({ reasoning_content: 'b' })])
    run(rule, [])
    expect(seen).to.deep.equal([['opened', 'observed', 'text', 'observed', 'reasoning'], ['opened']])
  })

  it('tells taps once that the stream is over', () => {
    let ends = 0
    const running = ruleOf({ end: () => void ends++ }).open(exchange)
    running.close()
    running.close()
    expect(ends).to.equal(1)
  })

  it('refuses before the text leaves', () => {
    const rule = ruleOf({ lookbehind: 8, text: text => (text.includes('secret') ? refusal : text) })
    expect(run(rule, [chunk({ content: 'my sec' }), chunk({ content: 'ret is' })])).to.equal(refusal)
    expect(run(rule, [chunk({ content: 'my secret' }), chunk({}, 'stop')])).to.equal(refusal)
    expect(run(rule, [chunk({ content: 'my secret' })])).to.equal(refusal)
  })

  it('counts an event that one tap edited and another dropped as dropped, and for that one alone', () => {
    const trace = new Trace()
    const edit: StreamTap<never> = {
      observe: ({ data, document }) => {
        if (data?.includes('drop me') === true && document !== undefined) document.set(document.root, 'model', '"x"')
      },
    }
    const running = ruleOf(edit, { observe: ({ data }) => (data?.includes('drop me') === true ? 'drop' : undefined) }).open({ trace } as Exchange)
    for (const text of [chunk({ content: 'drop me' }), chunk({ content: 'a' })]) running.event(new StreamEvent(Buffer.from(text)))
    expect([...trace.streamEdits]).to.deep.equal([['tap-1', { replaced: 0, dropped: 1 }]])
  })

  it('lets observers drop events, which nobody else sees', () => {
    const seen: unknown[] = []
    const rule = ruleOf(
      { observe: event => (event.data?.includes('drop me') ? 'drop' : undefined) },
      { observe: event => void seen.push(event.data), text: text => text },
    )
    expect(run(rule, [chunk({ content: 'drop me' }), done])).to.equal(done)
    expect(seen).to.deep.equal(['[DONE]'])
  })

  it('lets observers refuse, and edit', () => {
    expect(run(ruleOf({ observe: event => (event.isDone ? refusal : undefined) }), [chunk({}), done])).to.equal(refusal)
    const edit: StreamTap<never> = { observe: event => event.document?.set(event.document.root, 'model', '"other"') }
    expect(run(ruleOf(edit), ['data: {"model":"m", "b":1}\n\n'])).to.equal('data: {"model":"other", "b":1}\n\n')
  })

  it('takes log probabilities away from text that it changes', () => {
    const event = `data: {"choices":[{"index":0,"delta":{"content":"hunter2"},"logprobs":{"content":[{"token":"hunter2"}]}}]}\n\n`
    expect(run(ruleOf(redact(/hunter2/g, 0)), [event])).to.equal('data: {"choices":[{"index":0,"delta":{"content":"[x]"},"logprobs":null}]}\n\n')
    expect(run(ruleOf(redact(/nothing/g, 0)), [event])).to.equal(event)
  })

  describe('when a tap throws', () => {
    const cause = new Error('broken')
    const fail = () => {
      throw cause
    }
    const failing: Record<string, StreamTap<never>> = { open: { open: fail, text: () => 'never' }, text: { text: fail }, observe: { observe: fail } }

    for (const [member, tap] of Object.entries(failing)) {
      it(`goes on as if it were absent where failures are open: ${member}`, () => {
        const failures: unknown[] = []
        const rule = new StreamRule(
          [
            { name: 'bad', tap },
            { name: 'good', tap: redact(/b/g) },
          ],
          chatStream,
          (...failure) => {
            failures.push(failure)
            return 'open'
          },
        )
        expect(heard(run(rule, [chunk({ content: 'abc' }), done]))).to.include({ '0/text': 'a[x]c' })
        expect(failures[0]).to.deep.equal(['bad', cause, exchange])
      })

      it(`fails with its name where they are closed: ${member}`, () => {
        const rule = new StreamRule([{ name: 'bad', tap }], chatStream, closed)
        expect(() => run(rule, [chunk({ content: 'abc' })]))
          .to.throw(StreamTapError)
          .that.includes({ name: 'bad', cause })
      })
    }

    it('takes an answer that is no text for a failure', () => {
      expect(() => run(ruleOf({ text: () => undefined as unknown as string }), [chunk({ content: 'a' })])).to.throw(StreamTapError)
    })

    it('still tells the others that the stream is over', () => {
      let ended = false
      run(
        ruleOf(
          { end: fail },
          {
            end: () => {
              ended = true
            },
          },
        ),
        [],
      )
      expect(ended).to.equal(true)
    })
  })

  it('breaks off at an event that cannot be read, if texts are to be read', () => {
    const oops = 'data: {"choices":[{"delta"\n\n'
    expect(run(ruleOf({ observe: () => undefined }), [oops])).to.equal(oops)
    expect(() => run(ruleOf(redact(/a/g)), [oops]))
      .to.throw(GatewayError)
      .with.property('code', 'stream_incomplete')
    const event = `data: {"choices":[{"delta":{"content":"${'x'.repeat(100)}\\x"}}]}\n\n`
    expect(() => run(ruleOf(redact(/a/g)), [event]))
      .to.throw(GatewayError)
      .with.property('code', 'stream_incomplete')
  })
})
