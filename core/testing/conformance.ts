/** What every provider must do, as cases that any test runner can run. */

import { deepStrictEqual, match, ok, strictEqual } from 'node:assert/strict'
import { check } from '../config/schema/check.ts'
import { blockSchema } from '../config/schema/compose.ts'
import { flawOfProvider } from '../gateway/loading/vet-provider.ts'
import type { ProviderDefinition } from '../plugin/provider.ts'
import { ProviderInstance } from '../upstream/provider/provider.ts'
import { chatChunks, chatCompletion, errorBody, modelList } from './chat-samples.ts'
import { startTestGateway, type TestGateway } from './gateway.ts'
import { ScriptedUpstream } from './scripted-upstream.ts'
import { testProviderDeps } from './provider-deps.ts'

export interface ConformanceCase {
  readonly name: string
  run(): Promise<void>
}

type ConformanceSettings = NonNullable<ConformanceOptions['settings']>

const key = 'sk-conformance'
const callersKey = 'sk-of-the-caller'

export interface ConformanceOptions {
  /** What the block of its instance says beside `type`, `base_url`, `api_key` and `models`, as a configuration would write it: the settings of its `schema`, above all. */
  readonly settings?: Readonly<Record<string, unknown>>
}

/**
 * The cases for a provider that speaks openai-chat over HTTP. Each starts a gateway of its own.
 * @param from the provider's file, as an absolute path or URL, by which a configuration loads it; where it is left out, only what the definition itself says is checked
 * @param options the settings of the instance, where the provider has some of its own
 * @example for (const { name, run } of providerConformance(provider, import.meta.resolve('./index.js'))) test(name, run)
 */
export function providerConformance(definition: ProviderDefinition, from?: string, { settings = {} }: ConformanceOptions = {}): readonly ConformanceCase[] {
  const facts = factCases(definition, settings)
  return from === undefined || definition.answer !== undefined || !definition.dialects.includes('openai-chat')
    ? facts
    : [...facts, ...callCases(definition, from, settings)]
}

function factCases(definition: ProviderDefinition, given: ConformanceSettings): readonly ConformanceCase[] {
  return [
    {
      name: 'has a name that can stand in a selector',
      run: async () => {
        match(definition.name, /^[a-z0-9][a-z0-9._-]*$/)
      },
    },
    {
      name: 'says of itself only what Tapline reads',
      run: async () => {
        strictEqual(flawOfProvider(definition), undefined)
      },
    },
    {
      name: 'names at least one dialect and one operation',
      run: async () => {
        ok(definition.dialects.length > 0 && Object.keys(definition.operations).length > 0)
      },
    },
    {
      name: 'writes every operation as a method and a path',
      run: async () => {
        for (const endpoint of Object.values(definition.operations)) match(endpoint, /^(GET|POST|PUT|DELETE) \/\S*$/)
      },
    },
    {
      name: 'has a base URL, or says that the configuration must give one',
      run: async () => {
        ok(definition.answer !== undefined || definition.baseUrl !== undefined || definition.needs?.includes('base_url'))
      },
    },
    {
      name: 'can be made into an instance',
      run: async () => {
        const settings = settingsOf(definition, given)
        const config = {
          name: definition.name,
          type: definition.name,
          keys: [key],
          models: [],
          base_url: definition.baseUrl ?? 'http://127.0.0.1:1/v1',
          settings,
          source: 'test',
        }
        const instance = new ProviderInstance(config, definition, testProviderDeps())
        instance.hold()
        await instance.release()
      },
    },
  ]
}

/** As a configuration reads them, with defaults. @throws Error for those that the definition does not know, or that are not as its schema says */
function settingsOf(definition: ProviderDefinition, given: ConformanceSettings): Readonly<Record<string, unknown>> {
  const { value, findings } = check(blockSchema(definition), { type: definition.name, ...given })
  const wrong = findings.filter(({ kind }) => kind !== 'missing' || Object.keys(given).length > 0)
  deepStrictEqual(
    wrong.map(({ pointer, message }) => `${pointer} ${message}`),
    [],
  )
  return value as Readonly<Record<string, unknown>>
}

function callCases(definition: ProviderDefinition, from: string, settings: ConformanceSettings): readonly ConformanceCase[] {
  const withGateway = (name: string, run: (gateway: TestGateway, upstream: ScriptedUpstream) => Promise<void>): ConformanceCase => ({
    name,
    async run() {
      await using upstream = await ScriptedUpstream.start({ models: ['model-a'] })
      const provider = { ...settings, type: from, base_url: upstream.url, api_key: key, models: ['model-a'] }
      // A listing that somebody asks for meanwhile would take the reply that is scripted for the call.
      await using gateway = await startTestGateway({
        config: { models: { configured_provider_models_mode: 'allowlist' }, providers: { conformance: provider } },
      })
      await run(gateway, upstream)
    },
  })
  const chat = (gateway: TestGateway, body: object) =>
    fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${callersKey}` },
      body: JSON.stringify({ model: 'conformance/model-a', messages: [{ role: 'user', content: 'Hi' }], ...body }),
    })
  return [
    withGateway('sends its key, and no credential of the caller', async (gateway, upstream) => {
      upstream.reply({ body: chatCompletion({ content: 'Hello' }) })
      strictEqual((await chat(gateway, {})).status, 200)
      const sent = upstream.requests.at(-1)
      ok(
        sent?.rawHeaders.some(value => value.includes(key)),
        'the key did not arrive',
      )
      ok(!sent?.rawHeaders.some(value => value.includes(callersKey)), 'the key of the caller went on to the provider')
    }),
    withGateway('sends the body as it came, but for the model', async (gateway, upstream) => {
      upstream.reply({ body: chatCompletion({ content: 'Hello' }) })
      await chat(gateway, { seed: 12345678901234567890n.toString(), unknown_member: { a: 1 } })
      const sent = JSON.parse(upstream.requests.at(-1)?.body.toString() ?? '{}') as Record<string, unknown>
      deepStrictEqual([sent['model'], sent['unknown_member']], ['model-a', { a: 1 }])
    }),
    withGateway('relays a stream to its end', async (gateway, upstream) => {
      upstream.reply({ headers: { 'content-type': 'text/event-stream' }, chunks: chatChunks({ pieces: ['Hel', 'lo'] }) })
      match(await (await chat(gateway, { stream: true })).text(), /data: \[DONE\]\n\n$/)
    }),
    withGateway("keeps the provider's error status and message", async (gateway, upstream) => {
      upstream.reply({ status: 400, body: errorBody('temperature is too high', 'invalid_request_error', 'bad_temperature', 'temperature') })
      const response = await chat(gateway, {})
      strictEqual(response.status, 400)
      deepStrictEqual(((await response.json()) as { error: object }).error, {
        type: 'invalid_request_error',
        message: 'temperature is too high',
        param: 'temperature',
        code: 'bad_temperature',
      })
    }),
    ...(definition.operations['models'] === undefined
      ? []
      : [
          withGateway('lists its models', async gateway => {
            const list = (await (await fetch(`${gateway.url}/v1/models`)).json()) as ReturnType<typeof modelList>
            ok(list.data.some(({ id }) => id === 'conformance/model-a'))
          }),
        ]),
  ]
}
