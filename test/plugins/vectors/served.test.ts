/** The semantic cache of whole gateways, over each store. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { Pgvector } from '../../support/pgvector.ts'
import { faredBy, Semantic } from '../../support/semantic.ts'
import { FakePinecone } from './fakes/fake-pinecone.ts'
import { FakeQdrant } from './fakes/fake-qdrant.ts'
import { FakeWeaviate } from './fakes/fake-weaviate.ts'

/** As the meanings of those gateways. */
const dimension = 2

interface Place {
  readonly settings: object
  /** Ends what stands there. */
  release(): Promise<void>
}

const places: Readonly<Record<string, () => Promise<Place>>> = {
  async embedded() {
    const folder = await mkdtemp(join(tmpdir(), 'tapline-vectors-'))
    return { settings: { path: join(folder, 'vectors.db') }, release: async () => await rm(folder, { recursive: true }) }
  },
  async pgvector() {
    const server = await Pgvector.start()
    return { settings: { url: server.url, dimension }, release: async () => await server.stop() }
  },
  async qdrant() {
    const { service } = await FakeQdrant.start()
    return { settings: { url: service.url }, release: async () => await service.stop() }
  },
  async pinecone() {
    const { service, apiKey } = await FakePinecone.start(dimension)
    return { settings: { host: service.url, api_key: apiKey, dimension }, release: async () => await service.stop() }
  },
  async weaviate() {
    const { service } = await FakeWeaviate.start()
    return { settings: { url: service.url }, release: async () => await service.stop() }
  },
}

const storeAt = (type: string, { settings }: Place) => ({ vector_store: { type, [type]: settings } })

async function keeps(semantic: Semantic, question: string): Promise<void> {
  while (faredBy(await semantic.ask(question)) === 'miss') {
    /* nobody waits for an entry to be kept */
  }
}

describe('the semantic cache', () => {
  for (const [type, placeFor] of Object.entries(places)) {
    it(`shares answers between gateways over ${type}, until they are cleared`, async () => {
      const place = await placeFor()
      {
        const options = { semantic: storeAt(type, place) }
        await using one = await Semantic.start(options)
        await using other = await Semantic.start(options)
        await keeps(one, 'hello')
        expect([faredBy(await other.ask('hi')), faredBy(await other.ask('hi', { seed: 1 })), other.calls.length]).to.deep.equal(['HIT (semantic)', 'miss', 1])
        do expect((await one.served.call('DELETE', '/admin/cache?layer=semantic&model=gpt-test&confirmation=clear')).status).to.equal(204)
        while (faredBy(await other.ask('hi')) !== 'miss') // an entry of `keeps` may have come behind
      }
      await place.release()
    })
  }

  it('changes its store with a reload', async () => {
    const [before, after] = [await places['embedded']!(), await places['qdrant']!()]
    {
      await using semantic = await Semantic.start({ semantic: storeAt('embedded', before) })
      await keeps(semantic, 'hello')
      const { gateway } = semantic.served
      await gateway.configure({
        server: { master_key: 'sk-master' },
        cache: { response: { semantic: { embedder: { provider: 'openai' }, ...storeAt('qdrant', after) } } },
      })
      expect(await gateway.gateway.reload()).to.equal(true)
      const asked = async () => faredBy(await semantic.served.chat({ model: 'gpt-test', messages: [{ role: 'user', content: 'hello' }] }))
      expect(await asked()).to.equal('miss')
      while ((await asked()) === 'miss') {
        /* as above */
      }
      expect(String((await semantic.served.call('GET', '/health/ready')).body)).to.include('"vectors":"ok"')
    }
    await Promise.all([before.release(), after.release()])
  })
})
