import { Client } from 'pg'
import postgresql from '../../../plugins/storage/postgresql/index.ts'
import { postgresql as server, postgresqlUrl } from '../../support/postgresql.ts'
import { need } from '../../support/servers.ts'
import { storageConformance } from './conformance.ts'

storageConformance('postgresql', {
  plugin: postgresql,
  prepare: async context => void await need(context, server),
  database: async () => ({ url: await postgresqlUrl() }),
  async makeNewer({ url }) {
    const client = new Client(String(url))
    await client.connect()
    await client.query('UPDATE tapline_schema SET version = 9999')
    await client.end()
  },
})
