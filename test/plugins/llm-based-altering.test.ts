import { expect } from 'chai'
import { chatCompletion, type CompletionSample } from '../../core/testing/chat-samples.ts'
import { runPlugin, type PluginRun, type PluginRunOptions } from '../../core/testing/run-plugin.ts'
import plugin from '../../plugins/llm-based-altering/index.ts'
import { AnsweringModel } from '../support/asked-model.ts'

const messages = [
  { role: 'system', content: 'Be kind' },
  {
    role: 'user',
    content: [
      { type: 'text', text: ' one\n' },
      { type: 'text', text: 'two' },
    ],
  },
  { role: 'assistant', content: 'Well' },
  { role: 'user', content: 'two' },
]

const louder = (text: string): CompletionSample => ({ content: text.toUpperCase() })

async function run(
  options: object = {},
  more: PluginRunOptions = {},
  answer: (text: string) => CompletionSample | number = louder,
): Promise<PluginRun & { readonly model: AnsweringModel }> {
  const model = new AnsweringModel(answer)
  const outcome = await runPlugin(plugin, { request: { messages }, services: model.services, ...more, options: { model: 'editor', ...options } })
  return { ...outcome, model }
}

const contents = ({ upstream }: PluginRun) => (upstream?.['messages'] as { content: unknown }[] | undefined)?.map(({ content }) => content)

describe('llm-based-altering', () => {
  it('rewrites the messages of the user, each text once, and the reply', async () => {
    const outcome = await run()
    expect(contents(outcome)).to.deep.equal([
      'Be kind',
      [
        { type: 'text', text: ' ONE\n' },
        { type: 'text', text: 'TWO' },
      ],
      'Well',
      'TWO',
    ])
    expect(outcome.reply.text).to.equal('HELLO!')
    expect(outcome.model.texts).to.deep.equal([' one\n', 'two', 'Hello!'])
  })

  it('rewrites the messages of the roles that are listed, or of all', async () => {
    expect(contents(await run({ roles: ['system', 'assistant'] }))).to.deep.equal(['BE KIND', messages[1]?.content, 'WELL', 'two'])
    expect(contents(await run({ roles: ['all'] }))?.[0]).to.equal('BE KIND')
  })

  it('says how to rewrite, in the words of the operator or its own', async () => {
    const { model } = await run({ prompt: 'Shout', provider: 'acme', max_tokens: 99, user_path: '/tools' })
    expect(model.calls[0]?.body).to.deep.include({
      model: 'editor',
      provider: 'acme',
      max_tokens: 99,
      messages: [
        { role: 'system', content: 'Shout' },
        { role: 'user', content: ' one\n' },
      ],
    })
    expect(model.calls[0]).to.include({ userPath: '/tools/guardrails/llm-based-altering', origin: 'plugin' })
    expect((await run()).model.calls[0]?.body.messages[0]?.content).to.match(/placeholders like \[PERSON_1\]/)
  })

  it('leaves texts that begin with a prefix', async () => {
    expect((await run({ skip_content_prefix: 'two' })).model.texts).to.deep.equal([' one\n', 'Hello!'])
  })

  it('collects a stream, and makes another of it', async () => {
    const { reply, headers } = await run({}, { request: { messages, stream: true }, answer: ['Hel', 'lo'] })
    expect(headers['content-type']).to.match(/^text\/event-stream/)
    expect(reply.text).to.equal('HELLO')
  })

  it('rewrites the arguments of tool calls inside their JSON', async () => {
    const { body } = await run({}, { answer: chatCompletion({ toolCalls: [{ name: 'f', arguments: '{"q":"cats","n":1}' }] }) })
    expect(body.choices[0].message.tool_calls[0].function.arguments).to.equal('{"q":"CATS","n":1}')
  })

  it('asks for eight texts at a time at most', async () => {
    const content = Array.from({ length: 20 }, (_, i) => ({ type: 'text', text: `text ${i}` }))
    const model = new AnsweringModel(louder)
    const { pipelines } = model.services
    let [running, most] = [0, 0]
    const call: typeof pipelines.call = async request => {
      most = Math.max(most, ++running)
      const answer = await pipelines.call(request)
      running -= 1
      return answer
    }
    await runPlugin(plugin, {
      request: { messages: [{ role: 'user', content }] },
      services: { pipelines: { ...pipelines, call } },
      options: { model: 'editor' },
    })
    expect([most, model.calls.length]).to.deep.equal([8, 21])
  })

  const failures: Readonly<Record<string, [CompletionSample | number, RegExp]>> = {
    'an empty answer': [{ content: '  ' }, /did not rewrite a text: empty/],
    'an answer that was cut': [{ content: 'ON', finishReason: 'length' }, /did not rewrite a text: truncated/],
    'a tool call': [{ toolCalls: [{ name: 'f', arguments: '{}' }] }, /did not rewrite a text: tool_call/],
    'no answer': [500, /answered with status 500/],
  }
  for (const [name, [answer, reason]] of Object.entries(failures)) {
    it(`fails on ${name}: closed, or open with every text as it was`, async () => {
      const badly = (text: string) => (text === 'two' ? answer : louder(text))
      const { status, body, failures: kept } = await run({}, {}, badly)
      expect([status, body.error.code]).to.deep.equal([500, 'plugin_failure'])
      expect(String(kept[0]?.cause))
        .to.match(reason)
        .and.to.not.match(/one|two/)
      const open = await run({}, { onError: 'open' }, badly)
      expect([open.status, contents(open)]).to.deep.equal([200, messages.map(({ content }) => content)])
    })
  }

  for (const options of [{ model: '' }, { prompt: '' }, { max_tokens: 0 }, { roles: [] }]) {
    it(`refuses the options ${JSON.stringify(options)}`, async () => {
      const failed = await run(options).then(
        () => undefined,
        (cause: unknown) => cause as Error,
      )
      expect(failed?.message).to.contain(Object.keys(options)[0])
    })
  }
})
