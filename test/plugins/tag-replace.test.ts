import { expect } from 'chai'
import { chatCompletion } from '../../core/testing/chat-samples.ts'
import { runPlugin, type PluginRunOptions } from '../../core/testing/run-plugin.ts'
import { TurnedClock } from '../../core/testing/turned-clock.ts'
import plugin from '../../plugins/tag-replace/index.ts'
import { hello, Served } from '../support/serve.ts'

const now = Date.UTC(2026, 6, 4, 22, 5, 9)
const clock = () => new TurnedClock(now)

/** What the provider gets of instructions. */
async function expanded(text: string, options: object = {}, more: PluginRunOptions = {}): Promise<unknown> {
  const { upstream } = await runPlugin(plugin, {
    clock: clock(),
    options: { ...options },
    request: {
      messages: [
        { role: 'system', content: text },
        { role: 'user', content: text },
      ],
    },
    ...more,
  })
  return (upstream?.['messages'] as { content: string }[] | undefined)?.map(({ content }) => content)
}

describe('tag-replace', () => {
  const values: Readonly<Record<string, string>> = {
    requested_model: 'test-model',
    resolved_model: 'test-model',
    provider_type: 'test',
    provider_name: 'test',
    user_path: '/team',
    request_id: 'test',
    date: '2026-07-04',
    time: '22:05:09',
    datetime: '2026-07-04T22:05:09Z',
    weekday: 'Saturday',
    virtual_model: '',
    session_id: '',
  }
  for (const [name, value] of Object.entries(values)) {
    for (const tag of [`{{tapline.${name}}}`, `{{ gomodel.${name} }}`]) {
      it(`makes ${JSON.stringify(value)} of ${tag}`, async () => {
        expect(await expanded(`<${tag}>`, {}, { userPath: '/team' })).to.deep.equal([`<${value}>`, `<${tag}>`])
      })
    }
  }

  const staying = ['{{tapline.mood}}', '{{ other.date }}', '{tapline.date}', '{{tapline.date}', '{{tapline. date}}', '{{TAPLINE.date}}']
  for (const text of staying)
    it(`leaves ${text} as it is written`, async () => {
      expect(await expanded(text)).to.deep.equal([text, text])
    })

  it('replaces in the messages of the roles that are listed', async () => {
    expect(await expanded('{{tapline.date}}', { roles: ['user'] })).to.deep.equal(['{{tapline.date}}', '2026-07-04'])
    expect(await expanded('{{tapline.date}} {{tapline.time}}', { roles: ['all'] })).to.deep.equal(['2026-07-04 22:05:09', '2026-07-04 22:05:09'])
  })

  it('reads dates and times in the timezone', async () => {
    const text = '{{tapline.datetime}} {{tapline.weekday}}'
    expect(await expanded(text, { timezone: 'Europe/Berlin' })).to.include('2026-07-05T00:05:09+02:00 Sunday')
    expect(await expanded(text, { timezone: 'America/New_York' })).to.include('2026-07-04T18:05:09-04:00 Saturday')
  })

  for (const timezone of ['Local', 'local', 'Mars/Base', '']) {
    it(`refuses the timezone ${JSON.stringify(timezone)}`, async () => {
      const failed = await expanded('x', { timezone }).then(
        () => undefined,
        (cause: unknown) => cause as Error,
      )
      expect(failed).to.be.an('error')
    })
  }

  it('does not look for tags in what it put there', async () => {
    const request = { messages: [{ role: 'system', content: '{{tapline.requested_model}}' }], model: '{{tapline.date}}' }
    expect(await expanded('', {}, { request })).to.deep.equal(['{{tapline.date}}'])
  })

  const rules = [{ name: 'tags', type: 'tag_replace', config: {} }]
  const instructed = (content: string, model = 'gpt-test') => ({ model, messages: [{ role: 'system', content }, ...hello.messages] })
  const sent = (served: Served, index: number) =>
    (JSON.parse(served.upstream.requests[index]?.body.toString() ?? '') as { messages: { content: string }[] }).messages[0]?.content

  it('names the virtual model, and the first target even after a failover', async () => {
    const virtual_models = [{ source: 'smart', strategy: 'failover', targets: [{ model: 'gpt-test' }, { model: 'gpt-other' }] }]
    await using served = await Served.start({
      config: { guardrails: { rules }, virtual_models, resilience: { retry: { max_retries: 0 } } },
      env: { OPENAI_MODELS: 'gpt-test,gpt-other' },
    })
    served.upstream.reply({ status: 500, body: {} }, { body: chatCompletion() })
    expect((await served.chat(instructed('{{tapline.virtual_model}} {{tapline.resolved_model}} {{tapline.requested_model}}', 'smart'))).status).to.equal(200)
    expect([sent(served, 0), sent(served, 1)]).to.deep.equal(['smart gpt-test smart', 'smart gpt-test smart'])
  })

  it('has a request that it expanded answered anew each time, and no other', async () => {
    await using served = await Served.start({ config: { guardrails: { rules }, cache: { response: { simple: {} } } } })
    served.upstream.always({ body: chatCompletion() })
    for (const content of ['{{tapline.user_path}}', '{{tapline.user_path}}', 'plain', 'plain']) await served.chat(instructed(content))
    expect(served.upstream.requests).to.have.length(3)
  })
})
