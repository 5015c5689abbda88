import { expect } from 'chai'
import { Client } from 'pg'
import type { PluginDefinition } from '../../../core/index.ts'
import { freePort } from '../../../core/testing/port.ts'
import pgvector from '../../../plugins/vectors/pgvector/index.ts'
import { Pgvector } from '../../support/pgvector.ts'
import { uniqueName } from '../../support/servers.ts'
import { vectorsConformance } from './conformance.ts'
import { dimension, towards } from './directions.ts'
import { OpenVectors } from './open-vectors.ts'

const plugin: PluginDefinition = pgvector
let server: Pgvector
const prepare = async () => {
  server = await Pgvector.start()
}
const release = async () => await server.stop()
const place = async () => ({ url: server.url, table: uniqueName(), dimension })

vectorsConformance('pgvector', { plugin, prepare, place, release })

describe('pgvector', () => {
  before(prepare)
  after(release)

  const tell = async (statement: string) => {
    const client = new Client(server.url)
    await client.connect()
    const { rows } = await client.query<Record<string, unknown>>(statement)
    await client.end()
    return rows
  }
  const failure = async (options: Readonly<Record<string, unknown>>) => await OpenVectors.failure(plugin, options)

  it('does not begin with a table of another dimension', async () => {
    const options = await place()
    await (await OpenVectors.open(plugin, options))[Symbol.asyncDispose]()
    expect(await failure({ ...options, dimension: 3 })).to.deep.equal({
      name: 'UnfitDatabase',
      message: `pgvector: the table ${options.table} holds vectors of dimension 8, not 3: name another table, or drop it`,
    })
  })

  it('does not begin in a schema that is not there', async () => {
    expect(await failure({ ...(await place()), table: 'nowhere.vectors' })).to.deep.equal({
      name: 'UnfitDatabase',
      message: 'pgvector: schema "nowhere" does not exist',
    })
  })

  it('keeps its table in the schema that it is told', async () => {
    const space = uniqueName()
    await tell(`CREATE SCHEMA ${space}`)
    await using vectors = await OpenVectors.open(plugin, { ...(await place()), table: `${space}.Answers` })
    await vectors.put('kept', towards(0))
    expect(await tell(`SELECT model_id FROM ${space}."Answers"`)).to.deep.equal([{ model_id: 'gpt-test' }])
  })

  it('refuses a vector of another dimension, and goes on', async () => {
    await using vectors = await OpenVectors.open(plugin, await place())
    expect(
      await vectors.put('short', towards(0, { dimensions: 3 })).then(
        () => 'put',
        (cause: Error) => cause.message,
      ),
    ).to.equal('pgvector: expected 8 dimensions, not 3')
    await vectors.put('kept', towards(0))
    expect(await vectors.nearest(towards(0))).to.equal('kept')
  })

  it('forgets by the thousand', async () => {
    const options = await place()
    await using vectors = await OpenVectors.open(plugin, options)
    await tell(`INSERT INTO ${options.table} SELECT n::text, 'n', '[1,0,0,0,0,0,0,0]', 'a/b', 'b', 5 + n % 2, '' FROM generate_series(1, 5000) AS n`)
    await vectors.expire(5)
    expect(await tell(`SELECT count(*)::int AS rows FROM ${options.table}`)).to.deep.equal([{ rows: 2_500 }])
    await vectors.clear()
    expect(await tell(`SELECT count(*)::int AS rows FROM ${options.table}`)).to.deep.equal([{ rows: 0 }])
  })

  it('begins without its server, says so, and makes its table when the server is there', async () => {
    const port = await freePort()
    await using vectors = await OpenVectors.open(plugin, { ...(await place()), url: `postgresql://postgres:secret@127.0.0.1:${port}/postgres` })
    const cause = await vectors.ping().then(
      () => undefined,
      (cause: Error) => cause,
    )
    expect(cause?.message)
      .to.match(/^pgvector: connect ECONNREFUSED/)
      .and.not.include('secret')
    expect(await vectors.readiness()).to.deep.equal({ status: 'degraded', checks: { vectors: 'down' } })
    await using _ = await Pgvector.startAt(port)
    await vectors.put('kept', towards(0))
    expect([await vectors.nearest(towards(0)), await vectors.readiness()]).to.deep.equal(['kept', { status: 'ready', checks: { vectors: 'ok' } }])
  })

  it('prepares itself again after a failure', async () => {
    const options = await place()
    await using vectors = await OpenVectors.open(plugin, options)
    await tell(`DROP TABLE ${options.table}`)
    expect(
      await vectors.nearest(towards(0)).then(
        () => 'found',
        (cause: Error) => cause.name,
      ),
    ).to.equal('StorageUnavailable')
    await vectors.put('kept', towards(0))
    expect(await vectors.nearest(towards(0))).to.equal('kept')
  })
})
