/** Asks providers to cache what prompts begin with, where it is long enough and the client does not direct that cache itself. */

import { definePlugin } from '../../core/index.ts'
import { schema } from './schema.ts'

export default definePlugin({
  name: 'prompt-cache',
  description: 'Asks providers to cache what prompts begin with.',
  schema,
  needs: ['providers'],
  edits: false,
  async setup({ services: { clock, providers }, log }) {
    const { Planner } = await import('./planner.ts')
    const planner = new Planner({ providers: [...providers.values()], clock, log })
    return {
      attempt(exchange, attempt) {
        attempt.promptCache = planner.planFor(exchange, attempt)
      },
      settled: (_exchange, attempt) => planner.settled(attempt),
    }
  },
})
