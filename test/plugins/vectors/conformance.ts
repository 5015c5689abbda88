/** What every vector store must do: one suite, run unchanged against each of them. */

import { expect } from 'chai'
import { StorageUnavailable, type PluginDefinition } from '../../../core/index.ts'
import { towards } from './directions.ts'
import { OpenVectors } from './open-vectors.ts'

export interface VectorsUnderTest {
  readonly plugin: PluginDefinition
  /** In a hook `before`: starts what the store needs, or skips. */
  prepare?(context: Mocha.Context): Promise<void>
  /** The plugin's options for a new, empty place, which several instances can open; vectors have 8 dimensions. */
  place(): Promise<Readonly<Record<string, unknown>>>
  /** Ends what `prepare` and `place` began. */
  release?(): Promise<void>
}

/** @param name as in `vector_store.type` */
export function vectorsConformance(name: string, { plugin, prepare, place, release }: VectorsUnderTest): void {
  describe(`the vector store ${name}`, () => {
    before(async function () {
      await prepare?.(this)
    })
    after(async () => await release?.())

    const opened = async () => await OpenVectors.open(plugin, await place())
    const it2 = (title: string, test: (vectors: OpenVectors) => Promise<void>) =>
      it(title, async () => {
        await using vectors = await opened()
        await test(vectors)
      })

    it2('finds nothing while it is empty, and forgets nothing', async vectors => {
      expect(await vectors.nearest(towards(0))).to.equal(undefined)
      await vectors.expire(1_000)
      await vectors.clear('openai/gpt-test')
      await vectors.clear()
      expect(await vectors.nearest(towards(0))).to.equal(undefined)
    })

    it2('finds the nearest of several, and nothing of another namespace', async vectors => {
      await Promise.all([10, 20, 40, 80].map(async degrees => await vectors.put(`${degrees}`, towards(degrees))))
      await vectors.put('elsewhere', towards(0), { namespace: 'other' })
      expect(await Promise.all([0, 16, 26, 50, 170].map(async degrees => await vectors.nearest(towards(degrees))))).to.deep.equal([
        '10',
        '20',
        '20',
        '40',
        '80',
      ])
      expect(await vectors.nearest(towards(0), 'none')).to.equal(undefined)
    })

    for (const [degrees, length] of [
      [0, 1],
      [0, 7],
      [10, 1],
      [30, 0.1],
      [90, 1],
      [150, 2],
      [180, 1],
    ] as const) {
      it2(`says how alike vectors are that lie ${degrees}° apart, one of them of length ${length}`, async vectors => {
        await vectors.put('kept', towards(0, { length }))
        const { id, similarity } = (await vectors.match(towards(degrees))) ?? {}
        expect(id).to.match(/^[0-9a-f]{64}$/)
        expect(similarity).to.be.closeTo(Math.cos((degrees * Math.PI) / 180), 1e-5)
      })
    }

    it2('says that equal vectors are entirely alike', async vectors => {
      const vector = new Float32Array([0.1, -0.7, 0.33, 0.02, 0.9, -0.15, 0.4, 0.001])
      await vectors.put('kept', vector)
      expect((await vectors.match(vector))?.similarity).to.equal(1)
    })

    it2('gives back the id and the bytes that were put in', async vectors => {
      const body = Buffer.from(Array.from({ length: 10_000 }, (_, index) => (index * 7) & 255))
      expect(await vectors.put('kept', towards(0), { id: 'ab'.repeat(32), body })).to.equal(true)
      const match = await vectors.match(towards(0))
      expect([match?.id, match?.body.equals(body)]).to.deep.equal(['ab'.repeat(32), true])
    })

    it2('keeps what is put under the same id once: the last', async vectors => {
      await vectors.put('one', towards(0), { id: 'c'.repeat(64), model: 'a/b' })
      await vectors.put('other', towards(90), { id: 'c'.repeat(64), namespace: 'other', model: 'c/d' })
      expect([await vectors.nearest(towards(0)), await vectors.nearest(towards(0), 'other')]).to.deep.equal([undefined, 'other'])
      await vectors.clear('a/b')
      expect(await vectors.nearest(towards(0), 'other')).to.equal('other')
    })

    const life = 1_900_000_000
    for (const [when, nowSeconds, found] of [
      ['long before', 0, 'soon over'],
      ['a second before', life - 1, 'soon over'],
      ['at', life, 'for ever'],
      ['after', life + 1, 'for ever'],
    ] as const) {
      it2(`finds the nearest that has not expired, ${when} its end`, async vectors => {
        await vectors.put('soon over', towards(5), { expiresAt: life })
        await vectors.put('for ever', towards(50))
        expect(await vectors.nearest(towards(0), 'n', nowSeconds)).to.equal(found)
      })
    }

    it2('forgets what has expired, and nothing else', async vectors => {
      for (const [text, degrees, expiresAt] of [
        ['over', 0, life - 1],
        ['just over', 45, life],
        ['not yet', 90, life + 1],
        ['for ever', 135, 0],
      ] as const)
        await vectors.put(text, towards(degrees), { expiresAt, namespace: text })
      await vectors.expire(life)
      expect(
        await Promise.all(['over', 'just over', 'not yet', 'for ever'].map(async namespace => await vectors.nearest(towards(0), namespace))),
      ).to.deep.equal([undefined, undefined, 'not yet', 'for ever'])
    })

    const models = ['openai/gpt-test', 'azure/gpt-test', 'openai/gpt-other', 'hub/gpt-test/large', 'odd/it\'s "so" \\ 100%_*']
    for (const [model, kept] of [
      ['gpt-test', [2, 3, 4]],
      ['openai/gpt-test', [1, 2, 3, 4]],
      ['gpt-test/large', [0, 1, 2, 4]],
      ['large', [0, 1, 2, 3, 4]],
      ['it\'s "so" \\ 100%_*', [0, 1, 2, 3]],
      ['it%', [0, 1, 2, 3, 4]],
      [undefined, []],
    ] as const) {
      it2(`forgets the entries of ${model ?? 'all models'}`, async vectors => {
        for (const [index, name] of models.entries()) await vectors.put(String(index), towards(0), { namespace: name, model: name })
        await vectors.clear(model)
        const found = await Promise.all(models.map(async namespace => await vectors.nearest(towards(0), namespace)))
        expect(found.filter(text => text !== undefined).map(Number)).to.deep.equal(kept)
      })
    }

    it2('finds one among many', async vectors => {
      await Promise.all(Array.from({ length: 300 }, async (_, index) => await vectors.put(String(index), towards(index / 2))))
      expect(await Promise.all([0, 1, 77, 298, 299].map(async index => await vectors.nearest(towards(index / 2 + 0.1))))).to.deep.equal([
        '0',
        '1',
        '77',
        '298',
        '299',
      ])
    })

    it('has for each process what another one put', async () => {
      const options = await place()
      const both = await Promise.all([OpenVectors.open(plugin, options), OpenVectors.open(plugin, options)])
      await both[0].put('kept', towards(0))
      expect(await both[1].nearest(towards(1))).to.equal('kept')
      await Promise.all(both.map(async vectors => await vectors[Symbol.asyncDispose]()))
    })

    it('begins in one place with several processes at once', async () => {
      const options = await place()
      const several = await Promise.all(Array.from({ length: 4 }, async () => await OpenVectors.open(plugin, options)))
      await Promise.all(several.map(async (vectors, index) => await vectors.put(String(index), towards(index * 20))))
      expect(await several[0]?.nearest(towards(60))).to.equal('3')
      await Promise.all(several.map(async vectors => await vectors[Symbol.asyncDispose]()))
    })

    it2('is ready', async vectors => {
      await vectors.ping()
      expect(await vectors.readiness()).to.deep.equal({ status: 'ready', checks: { vectors: 'ok' } })
    })

    it2('refuses at once what nobody waits for any more, and goes on', async vectors => {
      const reason = await vectors.store.nearest(towards(0), 'n', 0, AbortSignal.abort(new Error('too late'))).then(
        () => undefined,
        (cause: unknown) => cause,
      )
      expect(reason).to.be.instanceOf(StorageUnavailable).with.property('message').which.includes('too late')
      await vectors.put('kept', towards(0))
      expect(await vectors.nearest(towards(0))).to.equal('kept')
    })

    it('takes nothing once it was closed, and makes nobody wait or degraded', async () => {
      const vectors = await opened()
      await vectors[Symbol.asyncDispose]()
      expect(
        await vectors.nearest(towards(0)).then(
          () => 'found',
          (cause: Error) => cause.name,
        ),
      ).to.equal('StorageUnavailable')
      expect(await vectors.readiness()).to.deep.include({ status: 'ready' })
    })
  })
}
