import { expect } from 'chai'
import type { ModelEntry, ModelMetadata } from '../../../../core/plugin/provider.ts'
import type { VirtualDeps } from '../../../../plugins/models/virtual/deps.ts'
import { suggest } from '../../../../plugins/models/virtual/suggest.ts'

const arena = (elo: number, rank: number) => ({ rankings: { arena: { elo, rank } } })

const known: Readonly<Record<string, Readonly<Record<string, ModelMetadata>>>> = {
  openai: {
    'gpt-9': { ...arena(1300, 5), capabilities: { vision: true, tools: true } },
    'gpt-9-mini': arena(1200, 40),
    draw: { categories: ['image'] },
    unranked: {},
  },
  other: {
    'gpt-9': {},
    near: arena(1290, 7),
    'nearer-able': { ...arena(1305, 4), capabilities: { vision: true } },
    nearer: arena(1305, 4),
    far: arena(900, 200),
  },
}

/** A registry of these models, whose selectors are `provider/model`. */
const registry = {
  inventories: Object.entries(known).map(([name, models]) => ({ provider: { name }, entries: new Map(Object.keys(models).map(id => [id, { id }])) })),
  metadata: ({ name }: { name: string }, { id }: ModelEntry) => known[name]?.[id],
  reached(selector: string) {
    const [name = '', model = ''] = selector.split('/')
    return known[name]?.[model] === undefined ? [] : [{ provider: { name }, model }]
  },
} as unknown as VirtualDeps['registry']

const suggested = (source: string) => suggest({ registry } as VirtualDeps, source).targets

describe('models that could stand in', () => {
  it('are the same elsewhere, then the family, then those that rank alike, five at most', () => {
    expect(suggested('openai/gpt-9')).to.deep.equal([
      { model: 'other/gpt-9', reason: 'the same model at another provider' },
      { model: 'openai/gpt-9-mini', reason: 'of the same family' },
      { model: 'other/nearer-able', reason: '5 Elo apart' },
      { model: 'other/nearer', reason: '5 Elo apart' },
      { model: 'other/near', reason: '10 Elo apart' },
    ])
  })
  it('are the same elsewhere alone, where nobody knows how good it is', () =>
    expect(suggested('other/gpt-9')).to.deep.equal([{ model: 'openai/gpt-9', reason: 'the same model at another provider' }]))
  it('are none for a model that nobody ranks and nobody else has', () => expect(suggested('openai/unranked')).to.deep.equal([]))
  it('are none for what is for something else', () => expect(suggested('openai/draw')).to.deep.equal([]))
  it('are sought for models that are there', () => expect(() => suggested('nobody/x')).to.throw('nobody has the model "nobody/x"'))
})
