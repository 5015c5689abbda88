/** Keeps vectors in a file of this node, beside the SQLite database. */

import { definePlugin } from '../../../core/index.ts'
import { Store } from '../shared/store.ts'
import { EmbeddedVectors } from './embedded-vectors.ts'
import { placeOf } from './place.ts'
import { schema } from './schema.ts'

export default definePlugin({
  name: 'embedded',
  description: 'Keeps vectors in a SQLite file of this node.',
  schema,
  provides: 'vectors',
  setup({ options, services: { health }, signal }) {
    const database = new EmbeddedVectors({ path: placeOf(options), maxEntries: options.max_entries })
    return { service: new Store({ name: 'embedded vectors', database, health, signal }), close: () => database.close() }
  },
})
