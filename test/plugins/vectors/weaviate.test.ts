/** Weaviate by its official client, against a fake; `TAPLINE_TEST_WEAVIATE_URL` has the conformance suite run against a real one. */

import { expect } from 'chai'
import type { PluginDefinition } from '../../../core/index.ts'
import weaviate from '../../../plugins/vectors/weaviate/index.ts'
import { outagesConform } from './away.ts'
import { vectorsConformance } from './conformance.ts'
import { idOf, towards } from './directions.ts'
import { FakeWeaviate } from './fakes/fake-weaviate.ts'
import { OpenVectors } from './open-vectors.ts'
import { uniqueName } from '../../support/servers.ts'

const plugin: PluginDefinition = weaviate
let fake: FakeWeaviate
const prepare = async () => {
  fake = await FakeWeaviate.start()
}
const release = async () => await fake.service.stop()
const place = async () => ({ url: fake.service.url, class: `T${uniqueName().replaceAll('_', '')}` })

vectorsConformance('weaviate', {
  plugin,
  prepare,
  place: async () => ({ ...(await place()), url: process.env['TAPLINE_TEST_WEAVIATE_URL'] ?? fake.service.url }),
  release,
})

describe('weaviate', () => {
  beforeEach(prepare)
  afterEach(release)

  const failure = async (options: Readonly<Record<string, unknown>>) => await OpenVectors.failure(plugin, options)

  outagesConform({
    name: 'Weaviate',
    plugin,
    async start() {
      const { service } = await FakeWeaviate.start()
      return { service, options: { url: service.url } }
    },
  })

  it('makes its class without a vectoriser, for the cosine, before the first entry', async () => {
    await using _ = await OpenVectors.open(plugin, { url: fake.service.url })
    const { vectorizer, vectorIndexConfig, properties } = fake.classes.get('TaplineSemanticCache')!.definition
    expect({ vectorizer, vectorIndexConfig, filterable: properties.filter(({ indexFilterable }) => indexFilterable).map(({ name }) => name) }).to.deep.equal({
      vectorizer: 'none',
      vectorIndexConfig: { distance: 'cosine' },
      filterable: ['namespace', 'model', 'modelId', 'expiresAt'],
    })
  })

  it('says of an entry what searches and clearing ask for, under a UUID', async () => {
    const options = await place()
    await using vectors = await OpenVectors.open(plugin, options)
    await vectors.put('kept', towards(0), { model: 'hub/a/b', expiresAt: 7 })
    const [[id, { properties }] = ['', { properties: {} }]] = fake.classes.get(options.class)!.objects
    expect(id.replaceAll('-', '')).to.equal(idOf('kept').slice(0, 32))
    expect(properties).to.deep.equal({
      entry: idOf('kept'),
      namespace: 'n',
      model: 'hub/a/b',
      modelId: 'a/b',
      expiresAt: 7,
      body: Buffer.from('kept').toString('base64'),
    })
  })

  it('uses no class that was made for something else', async () => {
    const options = await place()
    fake.classes.set(options.class, {
      definition: { class: options.class, vectorizer: 'text2vec-openai', vectorIndexConfig: { distance: 'dot' }, properties: [] },
      objects: new Map(),
    })
    expect(await failure(options)).to.deep.equal({
      name: 'UnfitDatabase',
      message: `Weaviate: the class ${options.class} was not made for this: name another one`,
    })
  })

  it('makes its class again when somebody removed it', async () => {
    const options = await place()
    await using vectors = await OpenVectors.open(plugin, options)
    fake.classes.clear()
    expect(
      await vectors.nearest(towards(0)).then(
        () => 'found',
        (cause: Error) => cause.message,
      ),
    ).to.equal(`Weaviate: Cannot query field "${options.class}" on type "GetObjectsObj".`)
    await vectors.put('kept', towards(0))
    expect(await vectors.nearest(towards(0))).to.equal('kept')
  })

  it('says why an entry was not taken, and goes on', async () => {
    await using vectors = await OpenVectors.open(plugin, await place())
    await vectors.put('kept', towards(0))
    expect(
      await vectors.put('short', towards(0, { dimensions: 3 })).then(
        () => 'put',
        (cause: Error) => cause.message,
      ),
    ).to.equal('Weaviate: new node has a vector with length 3. Existing nodes have vectors with length 8')
    expect(await vectors.nearest(towards(0))).to.equal('kept')
  })

  it('forgets more than its server takes at once', async () => {
    fake.most = 4
    await using vectors = await OpenVectors.open(plugin, await place())
    for (let index = 0; index < 10; index++) await vectors.put(String(index), towards(index), { expiresAt: index < 9 ? 5 : 6 })
    await vectors.expire(5)
    expect([...fake.classes.values()].map(({ objects }) => objects.size)).to.deep.equal([1])
    await vectors.clear()
    expect([...fake.classes.values()].map(({ objects }) => objects.size)).to.deep.equal([0])
  })

  it('does not begin without the key that its server asks for, and does not say a wrong one', async () => {
    fake.apiKey = 'right'
    for (const key of [{}, { api_key: 'wv-wrong' }]) {
      const { name, message } = (await failure({ ...(await place()), ...key })) ?? {}
      expect(name).to.equal('UnfitDatabase')
      expect(message)
        .to.match(/^Weaviate: Unauthenticated: .*anonymous access not enabled/)
        .and.not.include('wv-wrong')
    }
    await using vectors = await OpenVectors.open(plugin, { ...(await place()), api_key: 'right' })
    await vectors.put('kept', towards(0))
    expect(await vectors.nearest(towards(0))).to.equal('kept')
  })

  it('must have a class in PascalCase', async () => {
    expect((await failure({ ...(await place()), class: 'tapline' }))?.message).to.include('/class')
  })
})
