import { expect } from 'chai'
import { OpenStore } from '../../../../core/testing/store/open-store.ts'
import { TurnedClock } from '../../../../core/testing/turned-clock.ts'
import { SelectorOverrides, type KeptOverride } from '../../../../plugins/shared/admin/selector-overrides.ts'
import sqlite from '../../../../plugins/storage/sqlite/index.ts'

interface Colour {
  readonly hex: string
}

const asItIs = { canonical: (model: string) => model }
const endpoints = { path: '/colours', member: 'colour', schemas: { list: {}, view: {}, write: {}, name: {} }, summaries: { list: '', put: '', delete: '' } }
const at = { created_at: 0, updated_at: 0 }

describe('what was said by selector before its documents told what that names', () => {
  let store: OpenStore
  let overrides: SelectorOverrides<Colour>
  beforeEach(async () => {
    store = await OpenStore.open(sqlite, { path: ':memory:' })
    const records = store.storage.records<KeptOverride<Colour>>('colours')
    for (const id of ['here/m', 'absent/m', 'absent/', 'gone/', 'meta/m', '/']) await records.put(id, { said: { hex: id }, ...at })
    overrides = new SelectorOverrides<Colour>(endpoints, {
      records,
      clock: new TurnedClock(),
      providers: new Map([['here', asItIs]]),
      absentProviders: new Set(['absent']),
      failed: cause => {
        throw cause
      },
    })
    await overrides.open()
  })
  afterEach(async () => {
    await overrides.close()
    await store[Symbol.asyncDispose]()
  })

  const cases: readonly [what: string, provider: string, model: string, said: readonly string[]][] = [
    ['a model of a provider', 'here', 'm', ['/', 'here/m']],
    ['a model of one that is declared and not there', 'absent', 'm', ['/', 'absent/', 'absent/m']],
    ['no other provider, whatever its models are called', 'here', 'absent/m', ['/']],
    ['all of a provider that is gone', 'gone', 'm', ['/', 'gone/']],
    ['an id with a slash', 'here', 'meta/m', ['/', 'meta/m']],
  ]
  for (const [what, provider, model, said] of cases) {
    it(`is of ${what}`, () => {
      expect(overrides.of(provider, model).map(({ hex }) => hex)).to.deep.equal(said)
    })
  }

  it('is listed by what it names', async () => {
    const views = (await endpointOf('GET').handle({} as never)) as readonly { readonly selector: string; readonly scope_kind: string }[]
    expect(Object.fromEntries(views.map(({ selector, scope_kind: kind }) => [selector, kind]))).to.deep.equal({
      '/': 'global',
      'absent/': 'provider',
      'absent/m': 'exact',
      'gone/': 'provider',
      'here/m': 'exact',
      'meta/m': 'model',
    })
  })

  const endpointOf = (asked: string) => overrides.endpoints.find(({ method }) => method === asked) as (typeof overrides.endpoints)[number]
})
