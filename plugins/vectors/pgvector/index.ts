/** Keeps vectors in PostgreSQL, for all replicas. */

import { definePlugin } from '../../../core/index.ts'
import { serving } from '../shared/store.ts'
import { PgvectorTable } from './pgvector-table.ts'
import { schema } from './schema.ts'

export default definePlugin({
  name: 'pgvector',
  description: 'Keeps vectors in PostgreSQL with pgvector.',
  schema,
  provides: 'vectors',
  setup: context => serving('pgvector', new PgvectorTable(context.options), context),
})
