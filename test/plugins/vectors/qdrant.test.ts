/** Qdrant by its official client, against a fake; `TAPLINE_TEST_QDRANT_URL` has the conformance suite run against a real one. */

import { expect } from 'chai'
import type { PluginDefinition } from '../../../core/index.ts'
import qdrant from '../../../plugins/vectors/qdrant/index.ts'
import { uniqueName } from '../../support/servers.ts'
import { outagesConform } from './away.ts'
import { vectorsConformance } from './conformance.ts'
import { idOf, towards } from './directions.ts'
import { FakeQdrant } from './fakes/fake-qdrant.ts'
import { OpenVectors } from './open-vectors.ts'

const plugin: PluginDefinition = qdrant
let fake: FakeQdrant
const prepare = async () => {
  fake = await FakeQdrant.start()
}
const release = async () => await fake.service.stop()
const place = async () => ({ url: fake.service.url, collection: uniqueName() })

vectorsConformance('qdrant', {
  plugin,
  prepare,
  place: async () => ({ ...(await place()), url: process.env['TAPLINE_TEST_QDRANT_URL'] ?? fake.service.url }),
  release,
})

describe('qdrant', () => {
  beforeEach(prepare)
  afterEach(release)

  const failure = async (options: Readonly<Record<string, unknown>>) => await OpenVectors.failure(plugin, options)

  outagesConform({
    name: 'Qdrant',
    plugin,
    async start() {
      const { service } = await FakeQdrant.start()
      return { service, options: { url: service.url } }
    },
  })

  it('makes its collection with the first entry: of the size of its vector, for the cosine, with indexes', async () => {
    const options = await place()
    await using vectors = await OpenVectors.open(plugin, options)
    expect([...fake.collections]).to.deep.equal([])
    await vectors.put('kept', towards(0))
    const { size, distance, indexes } = fake.collections.get(options.collection)!
    expect({ size, distance, indexes: Object.fromEntries(indexes) }).to.deep.equal({
      size: 8,
      distance: 'Cosine',
      indexes: { namespace: 'keyword', model: 'keyword', model_id: 'keyword', expires_at: 'integer' },
    })
  })

  it('says of an entry what searches and clearing ask for, under a UUID', async () => {
    const options = await place()
    await using vectors = await OpenVectors.open(plugin, options)
    await vectors.put('kept', towards(0), { model: 'hub/a/b', expiresAt: 7 })
    const [[id, { payload }] = ['', { payload: {} }]] = fake.collections.get(options.collection)!.points
    expect(id.replaceAll('-', '')).to.equal(idOf('kept').slice(0, 32))
    expect(payload).to.deep.equal({
      id: idOf('kept'),
      namespace: 'n',
      model: 'hub/a/b',
      model_id: 'a/b',
      expires_at: 7,
      body: Buffer.from('kept').toString('base64'),
    })
  })

  it('uses a collection that is there, and none that was made for something else', async () => {
    const options = await place()
    const made = (distance: string) => fake.collections.set(options.collection, { size: 8, distance, points: new Map(), indexes: new Map() })
    made('Cosine')
    await using vectors = await OpenVectors.open(plugin, options)
    await vectors.put('kept', towards(0))
    expect(await vectors.nearest(towards(0))).to.equal('kept')
    made('Dot')
    expect(await failure(options)).to.deep.equal({
      name: 'UnfitDatabase',
      message: `Qdrant: the collection ${options.collection} was not made for this: name another one`,
    })
  })

  it('makes its collection again when somebody removed it', async () => {
    const options = await place()
    await using vectors = await OpenVectors.open(plugin, options)
    await vectors.put('kept', towards(0))
    fake.collections.clear()
    expect(await vectors.nearest(towards(0))).to.equal(undefined)
    expect(
      await vectors.put('lost', towards(0)).then(
        () => 'put',
        (cause: Error) => cause.message,
      ),
    ).to.equal(`Qdrant: 404 Not found: Collection \`${options.collection}\` doesn't exist!`)
    await vectors.put('kept', towards(0))
    expect(await vectors.nearest(towards(0))).to.equal('kept')
  })

  it('refuses a vector of another size, and goes on', async () => {
    await using vectors = await OpenVectors.open(plugin, await place())
    await vectors.put('kept', towards(0))
    expect(
      await vectors.put('short', towards(0, { dimensions: 3 })).then(
        () => 'put',
        (cause: Error) => cause.message,
      ),
    ).to.equal('Qdrant: 400 Wrong input: Vector dimension error: expected dim: 8, got 3')
    expect(await vectors.nearest(towards(0))).to.equal('kept')
  })

  it('does not begin without the key that its server asks for', async () => {
    fake.apiKey = 'right'
    expect(await failure(await place())).to.deep.equal({
      name: 'UnfitDatabase',
      message: 'Qdrant: 401 Must provide an API key or an Authorization bearer token',
    })
    expect(await failure({ ...(await place()), api_key: 'wrong' })).to.deep.equal({ name: 'UnfitDatabase', message: 'Qdrant: 403 Invalid API key or JWT' })
    await using vectors = await OpenVectors.open(plugin, { ...(await place()), api_key: 'right' })
    await vectors.put('kept', towards(0))
    expect(await vectors.nearest(towards(0))).to.equal('kept')
  })

  for (const path of ['/', '/behind/a/proxy', '/behind/a/proxy/']) {
    it(`is called at the URL that it is given, with a path of ${path}`, async () => {
      await using vectors = await OpenVectors.open(plugin, { ...(await place()), url: fake.service.url + path })
      await vectors.nearest(towards(0)).catch(() => undefined)
      for (const call of fake.service.calls) expect(call.path).to.match(new RegExp(`^${path.replace(/\/$/, '')}/collections/`))
      expect(fake.service.calls).to.not.be.empty
    })
  }
})
