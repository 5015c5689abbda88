/** Keeps vectors in PostgreSQL, for all replicas. */

import { definePlugin } from '../../../core/index.ts'
import { schema } from './schema.ts'

export default definePlugin({
  name: 'pgvector',
  description: 'Keeps vectors in PostgreSQL with pgvector.',
  schema,
  provides: 'vectors',
  async setup(context) {
    const [{ serving }, { PgvectorTable }] = await Promise.all([import('../shared/store.ts'), import('./pgvector-table.ts')])
    return serving('pgvector', new PgvectorTable(context.options), context)
  },
})
