/** Keeps vectors in a file of this node, beside the SQLite database. */

import { definePlugin } from '../../../core/index.ts'
import { schema } from './schema.ts'

export default definePlugin({
  name: 'embedded',
  description: 'Keeps vectors in a SQLite file of this node.',
  schema,
  provides: 'vectors',
  async setup(context) {
    const [{ serving }, { EmbeddedVectors }, { placeOf }] = await Promise.all([
      import('../shared/store.ts'),
      import('./embedded-vectors.ts'),
      import('./place.ts'),
    ])
    return serving('embedded vectors', new EmbeddedVectors({ path: placeOf(context.options), maxEntries: context.options.max_entries }), context)
  },
})
