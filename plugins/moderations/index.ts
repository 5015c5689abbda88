/** Gives a moderation that names no model the one that the configuration says. */

import { definePlugin } from '../../core/index.ts'
import { schema } from './schema.ts'

export default definePlugin({
  name: 'moderations',
  description: 'Gives a moderation that names no model the default one.',
  schema,
  edits: false,
  setup: ({ options: { default_model: model } }) => ({
    route(exchange) {
      if (exchange.operation !== 'moderations' || exchange.body === undefined || exchange.model.trim() !== '') return undefined
      exchange.model = model
      exchange.body.set(exchange.body.root, 'model', JSON.stringify(model))
      return undefined
    },
  }),
})
