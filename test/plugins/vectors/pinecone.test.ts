/** Pinecone by its official client, against a fake: a real one shows what was written only after a while, and belongs to somebody. */

import { expect } from 'chai'
import type { PluginDefinition } from '../../../core/index.ts'
import pinecone from '../../../plugins/vectors/pinecone/index.ts'
import { uniqueName } from '../../support/servers.ts'
import { outagesConform } from './away.ts'
import { vectorsConformance } from './conformance.ts'
import { dimension, idOf, towards } from './directions.ts'
import { FakePinecone } from './fakes/fake-pinecone.ts'
import { OpenVectors } from './open-vectors.ts'

const plugin: PluginDefinition = pinecone
let fake: FakePinecone
const prepare = async () => {
  fake = await FakePinecone.start(dimension)
}
const release = async () => await fake.service.stop()
const optionsOf = ({ service, apiKey }: FakePinecone) => ({ host: service.url, api_key: apiKey, dimension, namespace: uniqueName() })
const place = async () => optionsOf(fake)

vectorsConformance('pinecone', { plugin, prepare, place, release })

describe('pinecone', () => {
  beforeEach(prepare)
  afterEach(release)

  const failure = async (options: Readonly<Record<string, unknown>>) => await OpenVectors.failure(plugin, options)

  outagesConform({
    name: 'Pinecone',
    plugin,
    async start() {
      const other = await FakePinecone.start(dimension)
      return { service: other.service, options: optionsOf(other) }
    },
  })

  it('does not begin with an index of another dimension', async () => {
    const options = await place()
    expect(await failure({ ...options, dimension: 3 })).to.deep.equal({
      name: 'UnfitDatabase',
      message: `Pinecone: the index at ${options.host} holds vectors of dimension 8, not 3`,
    })
  })

  it('does not begin with a wrong key, and does not say it', async () => {
    const { name, message } = (await failure({ ...(await place()), api_key: 'pc-wrong-key' })) ?? {}
    expect(name).to.equal('UnfitDatabase')
    expect(message)
      .to.match(/^Pinecone: The API key you provided was rejected/)
      .and.not.include('pc-wrong-key')
  })

  it('keeps entries in the namespace that it is told, or in the default one', async () => {
    const options = await place()
    await using vectors = await OpenVectors.open(plugin, options)
    await vectors.put('kept', towards(0), { model: 'hub/a/b', expiresAt: 7 })
    const { namespace: _, ...unnamed } = options
    await using others = await OpenVectors.open(plugin, unnamed)
    await others.put('other', towards(0))
    expect([...fake.namespaces.keys()]).to.deep.equal([options.namespace, '__default__'])
    expect(fake.namespaces.get(options.namespace)?.get(idOf('kept'))?.metadata).to.deep.equal({
      namespace: 'n',
      model: 'hub/a/b',
      model_id: 'a/b',
      expires_at: 7,
      body: Buffer.from('kept').toString('base64'),
    })
    await vectors.clear()
    expect(await others.nearest(towards(0))).to.equal('other')
  })

  /** What base64 and the other members leave of 40 KB. */
  const most = Math.floor((40_960 - JSON.stringify({ namespace: 'n', model: 'openai/gpt-test', model_id: 'gpt-test', expires_at: 0, body: '' }).length) / 4) * 3
  for (const [bytes, isKept] of [
    [most, true],
    [most + 1, false],
    [1_000_000, false],
  ] as const) {
    it(`says that it ${isKept ? 'keeps' : 'cannot keep'} an entry of ${bytes} bytes`, async () => {
      await using vectors = await OpenVectors.open(plugin, await place())
      expect(await vectors.put('large', towards(0), { body: Buffer.alloc(bytes, 'x') })).to.equal(isKept)
      expect((await vectors.match(towards(0)))?.body.length).to.equal(isKept ? bytes : undefined)
    })
  }

  it('refuses a vector of another dimension, and goes on', async () => {
    await using vectors = await OpenVectors.open(plugin, await place())
    expect(
      await vectors.put('short', towards(0, { dimensions: 3 })).then(
        () => 'put',
        (cause: Error) => cause.message,
      ),
    ).to.equal('Pinecone: Vector dimension 3 does not match the dimension of the index 8')
    await vectors.put('kept', towards(0))
    expect(await vectors.nearest(towards(0))).to.equal('kept')
  })
})
