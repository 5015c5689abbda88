/** Keeps vectors in a file of this node, beside the SQLite database. */

import { definePlugin } from '../../../core/index.ts'
import { serving } from '../shared/store.ts'
import { EmbeddedVectors } from './embedded-vectors.ts'
import { placeOf } from './place.ts'
import { schema } from './schema.ts'

export default definePlugin({
  name: 'embedded',
  description: 'Keeps vectors in a SQLite file of this node.',
  schema,
  provides: 'vectors',
  setup: context => serving('embedded vectors', new EmbeddedVectors({ path: placeOf(context.options), maxEntries: context.options.max_entries }), context),
})
