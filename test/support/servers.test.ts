/** The servers that other tests rely on: their faults must be real, and what was written must outlive them. */

import { once } from 'node:events'
import { connect } from 'node:net'
import { expect } from 'chai'
import { MongoClient } from 'mongodb'
import { Client } from 'pg'
import { need } from './servers.ts'
import { postgresql, postgresqlUrl, startPostgresql } from './postgresql.ts'
import { mongodb } from './mongodb.ts'
import { redis } from './redis.ts'

describe('the PostgreSQL of the tests', function () {
  this.timeout(180_000)
  before(async function () {
    await need(this, postgresql)
  })

  it('gives each test a database of its own', async () => {
    const urls = await Promise.all([postgresqlUrl(), postgresqlUrl()])
    for (const url of urls) await ask(url!, 'CREATE TABLE mine (id int)')
    expect(new Set(urls)).to.have.length(2)
  })

  it('keeps what was committed when it is killed and comes back', async () => {
    await using server = (await startPostgresql())!
    await ask(server.url, 'CREATE TABLE kept AS SELECT 7 AS n')
    await server.kill()
    expect(await ask(server.url, 'SELECT n FROM kept').catch((cause: NodeJS.ErrnoException) => cause.code)).to.equal('ECONNREFUSED')
    await server.restart()
    expect(await ask(server.url, 'SELECT n FROM kept')).to.deep.equal([{ n: 7 }])
  })

  it('answers nobody while it is frozen, connections that stand included', async () => {
    await using server = (await startPostgresql())!
    const client = new Client({ connectionString: server.url })
    await client.connect()
    await server.freeze()
    let isAnswered = false
    const answer = client.query('SELECT 1').then(() => {
      isAnswered = true
    })
    const other = (await postgresqlUrl())!
    for (let i = 0; i < 10; i++) await ask(other, 'SELECT 1')
    expect(isAnswered).to.be.false
    server.thaw()
    await answer
    await client.end()
  })
})

describe('the Redis of the tests', () => {
  let url: string
  before(async function () {
    url = await need(this, redis)
  })

  it('answers', async () => {
    const socket = connect(Number(new URL(url).port), new URL(url).hostname)
    socket.write('PING\r\n')
    const [answer] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()
    expect(answer.toString()).to.equal('+PONG\r\n')
  })
})

describe('the MongoDB of the tests', () => {
  let url: string
  before(async function () {
    url = await need(this, mongodb)
  })

  it('gives each test a database of its own', async () => {
    await using client = await MongoClient.connect(url)
    await client.db().collection('mine').insertOne({ n: 7 })
    await using other = await MongoClient.connect((await mongodb.url()) as string)
    expect(await other.db().collection('mine').countDocuments()).to.equal(0)
  })
})

async function ask(connectionString: string, statement: string): Promise<readonly unknown[]> {
  const client = new Client({ connectionString })
  client.on('error', () => {}) // the server may be killed meanwhile
  await client.connect()
  try {
    return (await client.query(statement)).rows
  } finally {
    await client.end()
  }
}
