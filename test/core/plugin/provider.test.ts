/** What the types of `defineProvider` promise of settings, and that settings keep it. */

import { expect } from 'chai'
import { defineProvider, type ProviderDefinition, type ResolvedFacts, type SettingsOf } from '../../../core/index.ts'
import { providerConformance } from '../../../core/testing/conformance.ts'
import { settingsOf } from '../../support/provider.ts'

const schema = {
  type: 'object',
  properties: {
    edition: { type: 'string', enum: ['stable', 'next'], default: 'stable', description: 'Which edition is called.' },
    wait: { type: 'number', format: 'duration', default: '2s', description: 'How long to wait.' },
    team: { type: 'string', description: 'Who asks.' },
  },
} as const

describe('the settings of a provider', () => {
  it('have the types of its schema wherever it is given them', () => {
    const seen: [edition: 'stable' | 'next', wait: number, team: string | undefined][] = []
    const facts = ({ base_url: url = '', edition }: SettingsOf<typeof schema>): ResolvedFacts => ({ baseUrl: `${url}/${edition}` })
    const provider = defineProvider({
      name: 'acme',
      baseUrl: 'https://acme.example',
      dialects: ['openai-chat'],
      operations: { chat: 'POST /chat' },
      schema,
      resolve: facts,
      sign: (_call, { edition, wait, team }) => {
        seen.push([edition, wait, team])
      },
      respell: (_body, { settings: { edition, wait, team } }) => {
        seen.push([edition, wait, team])
      },
      batchPath: (path, { team }) => {
        // @ts-expect-error it may be absent
        const name: string = team
        return `${path}/${name}`
      },
    })
    const settings = settingsOf(provider, { team: 'blue' })
    void provider.sign?.({ operation: 'chat', method: 'POST', path: '/', headers: [], body: undefined }, settings)
    expect(seen).to.deep.equal([['stable', 2_000, 'blue']])
    expect(provider.resolve?.(settings)).to.deep.equal({ baseUrl: 'https://acme.example/stable' })
  })

  it('are of unknown types where the schema does not name them', () => {
    const provider: ProviderDefinition = defineProvider({
      name: 'acme',
      dialects: ['openai-chat'],
      operations: { chat: 'POST /chat' },
      // @ts-expect-error nobody said that it is a text
      resolve: ({ edition }) => ({ baseUrl: edition }),
    })
    expect(provider.resolve?.({ name: 'a', type: 'acme', edition: 'x' })).to.deep.equal({ baseUrl: 'x' })
  })

  it('have their defaults in the conformance kit, too', async () => {
    const told: unknown[] = []
    const provider = defineProvider({
      name: 'acme',
      baseUrl: 'https://acme.example',
      dialects: ['openai-chat'],
      operations: { chat: 'POST /chat' },
      schema,
      resolve({ edition, wait }) {
        told.push(edition, wait)
        return {}
      },
    })
    await providerConformance(provider)
      .find(({ name }) => name === 'can be made into an instance')
      ?.run()
    expect(told).to.deep.equal(['stable', 2_000])
  })
})
