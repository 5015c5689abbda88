/** Keeps vectors in PostgreSQL, for all replicas. */

import { definePlugin } from '../../../core/index.ts'
import { Store } from '../shared/store.ts'
import { PgvectorTable } from './pgvector-table.ts'
import { schema } from './schema.ts'

export default definePlugin({
  name: 'pgvector',
  description: 'Keeps vectors in PostgreSQL with pgvector.',
  schema,
  provides: 'vectors',
  setup({ options, services: { health }, signal }) {
    const database = new PgvectorTable(options)
    return { service: new Store({ name: 'pgvector', database, health, signal }), close: () => database.close() }
  },
})
