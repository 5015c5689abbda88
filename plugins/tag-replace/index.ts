/** Replaces tags like `{{tapline.date}}` in prompts by what they stand for. */

import { definePlugin } from '../../core/index.ts'
import { rolesOf } from '../shared/guard/properties.ts'
import { schema } from './schema.ts'
import { expand, tagValues } from './tags.ts'
import { WallClock } from './wall-clock.ts'

export default definePlugin({
  name: 'tag-replace',
  description: 'Replaces tags in prompts by dates, models and the like.',
  schema,
  wants: ['models'],
  phases: ['prompt'],
  setup({ options, services: { models } }) {
    const values = tagValues(new WallClock(options.timezone), models)
    const roles = rolesOf(options.roles)
    return {
      prompt(exchange) {
        if (!exchange.readable) return
        const changed = exchange.conversation.rewrite(text => (text.includes('{{') ? expand(text, exchange, values) : text), roles)
        // What was expanded holds for this request alone.
        if (changed > 0) exchange.cache = 'bypass'
      },
    }
  },
})
