import { expect } from 'chai'
import { GatewayError, gatewayError } from '../../../../core/errors.ts'
import type { Exchange } from '../../../../core/pipeline/exchange.ts'
import type { StreamTap } from '../../../../core/plugin/define.ts'
import { StreamEvent } from '../../../../core/stream/event.ts'
import { StreamRule, type RunningRule } from '../../../../core/stream/rule.ts'
import { responsesStream } from '../../../../plugins/dialects/openai-responses/stream.ts'
import { accumulated, begun, call, customCall, makers, message, response, spelled, streamOf, summary, usage, wireEvents } from './samples.ts'

const refusal = gatewayError('guardrail_blocked', 'no')

function ruleOf(...taps: StreamTap<never>[]): RunningRule {
  return new StreamRule(
    taps.map((tap, i) => ({ name: `tap-${i}`, tap })),
    responsesStream,
    () => 'closed',
  ).open({} as Exchange)
}

const redact = (pattern: RegExp, lookbehind = 10): StreamTap<never> => ({ lookbehind, text: text => text.replace(pattern, '[x]') })
const asEvent = (text: string) => new StreamEvent(Buffer.from(text))

/** All that leaves; behind a refusal what ends the stream. */
function run(rule: RunningRule, events: readonly string[]): string {
  let left = ''
  for (const event of [...events.map(asEvent), undefined]) {
    const leaves = event === undefined ? rule.end() : rule.event(event)
    if (leaves instanceof GatewayError) return left + rule.format.cut(event)
    left += leaves.join('')
  }
  return left
}

function expectNumbered(stream: string): void {
  const numbers = wireEvents(stream).map(({ sequence_number: number }) => number)
  expect(numbers).to.deep.equal(numbers.map((_, i) => i))
}

/** Every string member of that name, wherever it is. */
function textsOf(stream: string, name: string): unknown[] {
  const found: unknown[] = []
  JSON.stringify(wireEvents(stream), (key, value: unknown) => {
    if (key === name && typeof value === 'string') found.push(value)
    return value
  })
  return found
}

describe('a guarded stream of Responses', () => {
  it('leaves as it came, to the very buffer, if nobody changes it', () => {
    const rule = ruleOf({ lookbehind: 0, text: text => text }, { observe: () => undefined })
    for (const text of [
      ...streamOf(...Object.entries(makers).map(([name, make], index) => make({ index, pieces: name === 'call' ? ['{"a"', ':1}'] : ['a', 'b'] }))),
      'data: [DONE]\n\n',
      ': comment\n\n',
    ]) {
      const event = asEvent(text)
      expect(rule.event(event)).to.deep.equal([event.bytes])
    }
  })

  for (const [name, make] of Object.entries(makers)) {
    it(`redacts a word in every copy of it, wherever it is split: ${name}`, async () => {
      const text = name === 'call' ? '{"q":"is hunter2, 😀"}' : 'it is hunter2, 😀 that'
      const expected = text.replace('hunter2', '[x]')
      const splits = [...Array.from(text, (_, cut) => [text.slice(0, cut), text.slice(cut)]), Array.from(text), [text]]
      for (const pieces of splits) {
        const stream = run(ruleOf(redact(/hunter2/g)), streamOf(make({ pieces })))
        expect(stream, `in ${JSON.stringify(pieces)}`).to.not.include('hunter')
        expectNumbered(stream)
        const said = wireEvents(stream)
          .filter(({ type }) => type.endsWith('.delta'))
          .map(({ delta }) => delta)
          .join('')
        expect(said).to.equal(expected)
        const [item] = (await accumulated(stream)).output
        expect(JSON.stringify(item)).to.include(JSON.stringify(expected).slice(1, -1))
        for (const member of ['text', 'refusal', 'arguments', 'input']) {
          for (const whole of textsOf(stream, member)) expect(['', expected]).to.include(whole)
        }
      }
    })
  }

  it('says the same in every copy where the policy remembers what it said', () => {
    let count = 0
    const numbering: StreamTap<never> = { lookbehind: 4, text: text => text.replaceAll('name', () => `<${++count}>`) }
    const stream = run(ruleOf(numbering), streamOf(message({ pieces: ['a name and', ' a name'] })))
    const said = wireEvents(stream)
      .filter(({ type }) => type === 'response.output_text.delta')
      .map(({ delta }) => delta)
      .join('')
    expect(said).to.match(/^a <\d+> and a <\d+>$/)
    expect(new Set(textsOf(stream, 'text').filter(text => text !== ''))).to.deep.equal(new Set([said]))
  })

  it('takes away the log probabilities of what it changes', () => {
    const logprobs = [{ token: 'hunter2', logprob: -1, bytes: [], top_logprobs: [] }]
    const stream = run(ruleOf(redact(/hunter2/g)), streamOf(message({ pieces: ['hunter2'] }, { logprobs })))
    expect(stream).to.not.include('hunter2')
    expect(run(ruleOf(redact(/hunter3/g, 0)), streamOf(message({ pieces: ['hunter2'] }, { logprobs })))).to.include('"token":"hunter2"')
  })

  it('keeps several open items apart', async () => {
    const [one, other] = [call({ index: 0, pieces: ['{"q":"hun', 'ter2"}'] }), call({ index: 1, pieces: ['{"q":"hunt', 'er2 and"}'] })]
    const mixed = one.events.flatMap((event, i) => [event, other.events[i]!])
    const whole = response({ output: [one.item, other.item], usage })
    const stream = run(ruleOf(redact(/hunter2/g)), spelled([...begun, ...mixed, { type: 'response.completed', response: whole }]))
    expect(stream).to.not.include('hunter2')
    expectNumbered(stream)
    expect((await accumulated(stream)).output.map(item => item['arguments'])).to.deep.equal(['{"q":"[x]"}', '{"q":"[x] and"}'])
  })

  it('sees a text that was never streamed in pieces', () => {
    const { item, events } = call({ pieces: ['{"q":"hunter2"}'] })
    const unstreamed = events.filter(({ type }) => !type.endsWith('.delta'))
    const stream = run(ruleOf(redact(/hunter2/g)), spelled([...begun, ...unstreamed, { type: 'response.completed', response: response({ output: [item] }) }]))
    expect(textsOf(stream, 'arguments')).to.deep.equal(['', '{"q":"[x]"}', '{"q":"[x]"}', '{"q":"[x]"}'])
  })

  it('sees a text that comes with its item, before its pieces', () => {
    const { item, events } = call({ pieces: ['{"q":"hun', 'ter2"}'] })
    const early = events.map((event, i) => (i === 0 ? { ...event, item: { ...item, arguments: '{"q":"hun' } } : event)).toSpliced(1, 1)
    const stream = run(ruleOf(redact(/hunter2/g)), spelled([...begun, ...early, { type: 'response.completed', response: response({ output: [item] }) }]))
    expect(stream).to.not.include('hunter2')
    expect(textsOf(stream, 'arguments').slice(1)).to.deep.equal(['{"q":"[x]"}', '{"q":"[x]"}', '{"q":"[x]"}'])
  })

  it('sees a whole text that is another than its pieces', () => {
    const { item, events } = message({ pieces: ['all is well'] })
    const lying = JSON.parse(JSON.stringify({ events, item }).replaceAll('"text":"all is well"', '"text":"it is hunter2"')) as {
      events: typeof events
      item: typeof item
    }
    const stream = run(ruleOf(redact(/hunter2/g)), streamOf(lying))
    expect(stream).to.not.include('hunter2')
    expect(new Set(textsOf(stream, 'text'))).to.deep.equal(new Set(['', 'it is [x]']))
  })

  const hosted: Record<string, object> = {
    web_search_call: { action: { type: 'search', query: 'hunter2', queries: ['hunter2'], sources: [{ type: 'url', url: 'https://a.test/hunter2' }] } },
    file_search_call: { queries: ['hunter2'], results: [{ file_id: 'f', filename: 'a', text: 'is hunter2' }] },
    code_interpreter_call: { code: 'print("hunter2")', outputs: [{ type: 'logs', logs: 'hunter2' }], container_id: 'c' },
    mcp_call: { server_label: 's', name: 'n', arguments: '{"a":"hunter2"}', output: 'hunter2' },
    local_shell_call: { call_id: 'c', action: { type: 'exec', command: ['echo', 'hunter2'], env: { A: 'hunter2' } } },
    shell_call: { call_id: 'c', action: { commands: ['echo hunter2'] } },
    apply_patch_call: { call_id: 'c', operation: { type: 'update_file', path: 'a', diff: '+hunter2' } },
    image_generation_call: { result: 'aHVudGVyMg==', revised_prompt: 'a hunter2' },
    something_new: { depth: [{ text: 'hunter2' }] },
  }
  for (const [type, members] of Object.entries(hosted)) {
    it(`redacts what stands in an item of type ${type}`, () => {
      const item = { id: 'x_1', type, status: 'completed', ...members }
      const stream = run(
        ruleOf(redact(/hunter2/g)),
        streamOf({
          item,
          events: [
            { type: 'response.output_item.added', output_index: 0, item: { ...item, status: 'in_progress' } },
            { type: 'response.output_item.done', output_index: 0, item },
          ],
        }),
      )
      expect(stream).to.not.include('hunter2')
      expect(stream).to.include('[x]')
      expectNumbered(stream)
    })
  }

  it('redacts pieces that only some tools stream, and events that it does not know', () => {
    const at = { item_id: 'x', output_index: 0 }
    for (const [stem, index, member] of [
      ['code_interpreter_call_code', {}, 'code'],
      ['mcp_call_arguments', {}, 'arguments'],
      ['shell_call_command', { command_index: 1 }, 'command'],
    ] as const) {
      const whole = member === 'arguments' ? '{"a":"hunter2"}' : 'echo hunter2'
      const pieces = Array.from(whole).map(delta => ({ type: `response.${stem}.delta`, ...at, ...index, delta }))
      const stream = run(ruleOf(redact(/hunter2/g)), spelled([...begun, ...pieces, { type: `response.${stem}.done`, ...at, ...index, [member]: whole }]))
      expect(stream).to.not.include('hunter2')
      expect(wireEvents(stream).at(-1)?.[member]).to.equal(whole.replace('hunter2', '[x]'))
      expectNumbered(stream)
    }
    const shell = ['stdout', 'stderr'].flatMap(name =>
      ['hunt', 'er2'].map(piece => ({ type: 'response.shell_call_output_content.delta', ...at, command_index: 0, delta: { [name]: piece } })),
    )
    const printed = run(
      ruleOf(redact(/hunter2/g)),
      spelled([
        ...begun,
        ...shell,
        {
          type: 'response.shell_call_output_content.done',
          ...at,
          command_index: 0,
          output: [{ stdout: 'hunter2', stderr: 'hunter2', outcome: { type: 'exit', exit_code: 0 } }],
        },
      ]),
    )
    expect(printed).to.not.include('hunter2')
    expectNumbered(printed)
    expect(textsOf(printed, 'stdout').join('')).to.equal('[x][x]')
    expect(run(ruleOf(redact(/hunter2/g)), spelled([...begun, { type: 'response.telepathy', thought: { words: ['hunter2'] } }]))).to.include('"words":["[x]"]')
  })

  it('redacts annotations, where they are added and where they are repeated', () => {
    const { item, events } = message({ pieces: ['see there'] })
    const annotation = { type: 'url_citation', title: 'About hunter2', url: 'https://a.test', start_index: 0, end_index: 3 }
    const noted = JSON.parse(
      JSON.stringify({ item, events }).replaceAll('"text":"see there","annotations":[]', `"text":"see there","annotations":[${JSON.stringify(annotation)}]`),
    ) as { events: typeof events; item: typeof item }
    const added = { type: 'response.output_text.annotation.added', item_id: 'msg_0', output_index: 0, content_index: 0, annotation_index: 0, annotation }
    const stream = run(ruleOf(redact(/hunter2/g)), streamOf({ item: noted.item, events: noted.events.toSpliced(3, 0, added) }))
    expect(stream).to.not.include('hunter2')
    expect(new Set(textsOf(stream, 'title'))).to.deep.equal(new Set(['About [x]']))
  })

  it('closes the gaps of events that were dropped', () => {
    const rule = ruleOf({ observe: ({ name }) => (name === 'response.in_progress' ? 'drop' : undefined) })
    expectNumbered(run(rule, streamOf(message({ pieces: ['a', 'b'] }))))
  })

  describe('that policy cuts', () => {
    const blockAt = (word: string, lookbehind = 0): StreamTap<never> => ({ lookbehind, text: text => (text.includes(word) ? refusal : text) })

    it('ends every open item with what has left of it, and the response as incomplete', async () => {
      const items = [summary({ index: 0, pieces: ['Think', 'ing'] }), message({ index: 1, pieces: ['One ', 'two ', 'STOP', 'three'] })]
      const stream = run(ruleOf(blockAt('STOP')), streamOf(...items))
      expectNumbered(stream)
      expect(stream).to.not.include('STOP')
      expect(stream.endsWith('data: [DONE]\n\n')).to.equal(true)
      const last = wireEvents(stream).at(-1) as unknown as {
        type: string
        response: { status: string; incomplete_details: object; output: object[]; id: string }
      }
      expect(last.type).to.equal('response.incomplete')
      expect(last.response).to.deep.include({ id: 'resp_1', status: 'incomplete', incomplete_details: { reason: 'content_filter' } })
      expect(last.response.output).to.deep.equal([
        items[0]?.item,
        {
          id: 'msg_1',
          type: 'message',
          status: 'incomplete',
          role: 'assistant',
          content: [{ type: 'output_text', text: 'One two ', annotations: [], logprobs: [] }],
        },
      ])
      expect(
        wireEvents(stream)
          .slice(-5)
          .map(({ type }) => type),
      ).to.deep.equal([
        'response.output_text.delta',
        'response.output_text.done',
        'response.content_part.done',
        'response.output_item.done',
        'response.incomplete',
      ])
      expect(await accumulated(stream)).to.deep.include({ status: 'incomplete', output_text: 'One two ' })
    })

    it('ends calls, custom calls, refusals and reasoning too', async () => {
      for (const [name, make] of Object.entries(makers)) {
        const stream = run(ruleOf(blockAt('STOP')), streamOf(make({ pieces: name === 'call' ? ['{"a":"b', 'STOP"}'] : ['a', 'STOP'] })))
        expect(stream, name).to.not.include('STOP')
        expectNumbered(stream)
        expect(JSON.stringify((await accumulated(stream)).output[0]), name).to.include(name === 'call' ? String.raw`{\"a\":\"b` : '"a"')
      }
    })

    it('begins a response first where nothing has left', async () => {
      const stream = responsesStream.cut(undefined)
      expect(wireEvents(stream).map(({ type }) => type)).to.deep.equal(['response.created', 'response.incomplete'])
      expect(await accumulated(stream)).to.deep.include({ status: 'incomplete', output: [] })
    })
  })

  it('breaks off with the next number', () => {
    const rule = ruleOf(redact(/hunter2/g))
    const left = streamOf(customCall({ pieces: ['hunter2', 'a'] }))
      .slice(0, 5)
      .flatMap(text => rule.event(asEvent(text)) as readonly Buffer[])
      .join('')
    const stream = left + rule.format.failure(gatewayError('stream_incomplete', 'cut'), 'req')
    expectNumbered(stream)
    expect(wireEvents(stream).at(-1)).to.deep.include({ type: 'error', code: 'stream_incomplete', message: 'cut', param: null })
  })
})
