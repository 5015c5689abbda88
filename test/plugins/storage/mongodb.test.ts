import { expect } from 'chai'
import { MongoClient, type ServerDescriptionChangedEvent, type ServerHeartbeatStartedEvent } from 'mongodb'
import type { PluginDefinition } from '../../../core/index.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { Connection } from '../../../plugins/storage/mongodb/connection.ts'
import mongodb from '../../../plugins/storage/mongodb/index.ts'
import { mongodb as server, mongodbUrl } from '../../support/mongodb.ts'
import { need } from '../../support/servers.ts'
import { eventually } from '../../support/until.ts'
import { conforms } from './conforms.ts'
import { calls, summedCalls } from '../../../core/testing/store/calls.ts'
import { OpenStore } from '../../../core/testing/store/open-store.ts'

const plugin: PluginDefinition = mongodb

describe('MongoDB', function () {
  this.timeout(600_000) // FerretDB takes milliseconds for what MongoDB does in microseconds

  conforms('mongodb', {
    plugin,
    share: 0.3,
    async prepare(context) {
      await need(context, server)
    },
    database: async () => ({ url: await mongodbUrl() }),
    async makeNewer({ url }) {
      await using client = await MongoClient.connect(String(url))
      await client
        .db()
        .collection('tapline_schema')
        .updateMany({}, { $set: { version: 9999 } })
    },
  })

  describe('the store mongodb', () => {
    let url: string
    before(async function () {
      url = await need(this, server)
    })

    for (const [title, { path, database, name }] of Object.entries({
      'the database that is named, before that of the URL': { path: '/from_url', database: 'named', name: 'named' },
      'the database of the URL': { path: '/from_url', database: undefined, name: 'from_url' },
      'the database tapline, where none is named': { path: '/', database: undefined, name: 'tapline' },
    })) {
      it(`keeps everything in ${title}`, async () => {
        const given = Object.assign(new URL(url), { pathname: path }).href
        await using opened = await OpenStore.open(plugin, { url: given, ...(database === undefined ? {} : { database }) })
        await opened.storage.records('things').put('x', { kept: true })
        await using client = await MongoClient.connect(url)
        expect(await client.db(name).collection('tapline_documents').countDocuments({ id: 'x' })).to.equal(1)
        await client.db(name).dropDatabase()
      })
    }

    it('counts rows once that a process left half counted when it died', async () => {
      const options = { url: await mongodbUrl() }
      await using opened = await OpenStore.open(plugin, options)
      const journal = await opened.storage.journal(summedCalls('left'))
      await journal.append([{ id: 'a', timestamp: 1, model: 'm', tokens: 1 }])
      await using client = await MongoClient.connect(String(options.url))
      const rows = client.db().collection<any>('tapline_left')
      const writers = client.db().collection<any>('tapline_left_writers')
      await writers.insertOne({ _id: 'dead', begun: 3, settled: 2, at: 0 })
      await rows.insertMany(['b', 'c'].map(id => ({ _id: id, timestamp: 2, model: 'm', tokens: 10, _mark: { writer: 'dead', number: 3 } })))
      expect((await journal.sums({ measures: ['tokens'] })).groups[0]).to.deep.include({ count: 3, sums: { tokens: 21 } })
      for (let time = 0; time < 2; time++) {
        await using again = await OpenStore.open(plugin, options)
        const sums = await (await again.storage.journal(summedCalls('left'))).sums({ measures: ['tokens'] })
        expect([sums.groups[0]?.count, sums.groups[0]?.sums]).to.deep.equal([3, { tokens: 21 }])
        await writers.updateOne({ _id: 'dead' }, { $unset: { settled: '' } }) // as if it had died between counting and saying so
      }
    })

    it('takes rows that are appended again for those that are there', async () => {
      await using opened = await OpenStore.open(plugin, { url: await mongodbUrl() })
      const journal = await opened.storage.journal(calls('again'))
      const rows = [
        { id: 'a', timestamp: 1 },
        { id: 'b', timestamp: 2 },
      ]
      expect([await journal.append(rows.slice(0, 1)), await journal.append(rows), await journal.append(rows)]).to.deep.equal([1, 1, 0])
    })

    it('ends what a server was asked that was lost, when it was never answered', async () => {
      const clock = new TurnedClock()
      const connection = await Connection.to(String(await mongodbUrl()), undefined, clock)
      await connection.ping()
      const held = connection
        .reach(async () => await new Promise(() => {}))
        .then(
          () => undefined,
          (cause: unknown) => cause as Error,
        )
      connection.client.emit('serverDescriptionChanged', { newDescription: { type: 'Unknown' } } as ServerDescriptionChangedEvent)
      await connection.ping()
      clock.advance(70_000)
      expect((await held)?.name).to.equal('StorageUnavailable')
      await connection.ping()
      await connection.close()
    })

    it('begins anew when the driver looks after its server no more, and ends what that held', async () => {
      const clock = new TurnedClock()
      const connection = await Connection.to(String(await mongodbUrl()), undefined, clock)
      await connection.ping()
      const held = connection
        .reach(async () => await new Promise(() => {}))
        .then(
          () => undefined,
          (cause: unknown) => cause as Error,
        )
      const look = { connectionId: connection.client.options.hosts[0]?.toString(), awaited: false } as ServerHeartbeatStartedEvent
      connection.client.emit('serverHeartbeatStarted', look)
      clock.advance(10_999)
      await connection.ping()
      clock.advance(1)
      expect((await held)?.name).to.equal('StorageUnavailable')
      await Promise.all([connection.ping(), connection.ping()])
      await connection.close()
      expect(clock.pending).to.equal(0)
    })

    for (const [what, failure] of Object.entries({
      'took too long': { code: 50 },
      'met a lock': { code: 24 },
      "stood in another write's way": { code: 112 },
      'lost its cursor in a restart': { code: 43 },
      'has a password that was changed': { code: 18 },
      'has lost a right': { code: 13 },
    })) {
      it(`is away for what ${what}`, async () => {
        const connection = await Connection.to(url, undefined, new TurnedClock())
        const cause = await connection.reach(() => Promise.reject(Object.assign(new Error('no'), failure))).catch((cause: unknown) => cause as Error)
        expect(cause.name).to.equal('StorageUnavailable')
        await connection.close()
      })
    }

    it('is away when nobody answers, and says where, without the password', async () => {
      let patienceMs = 25
      // The driver says why only if it has found out by then.
      await eventually(async () => {
        patienceMs *= 2
        const cause = await OpenStore.open(plugin, { url: `mongodb://user:secret@127.0.0.1:1/db?serverSelectionTimeoutMS=${patienceMs}` }).then(
          () => undefined,
          (cause: unknown) => cause as Error,
        )
        expect(cause?.name).to.equal('StorageUnavailable')
        expect(cause?.message)
          .to.match(/^MongoDB at 127\.0\.0\.1:1, database db: .*ECONNREFUSED/)
          .and.not.include('secret')
      })
    })

    it('refuses a URL that is none, without its password', async () => {
      const cause = await OpenStore.open(plugin, { url: 'http://user:secret@127.0.0.1/db' }).then(
        () => undefined,
        (cause: unknown) => cause as Error,
      )
      expect(cause?.message)
        .to.match(/^storage\.mongodb\.url is no URL of MongoDB/)
        .and.not.include('secret')
    })
  })
})
