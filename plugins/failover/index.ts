/** Goes on to the next target when one has failed for good (reliability 4). */

import { definePlugin, JsonDocument, type Exchange, type Models, type OptionsOf, type Target } from '../../core/index.ts'
import { schema } from './schema.ts'
import { failureOf, triggers } from './triggers.ts'

const operations: ReadonlySet<string> = new Set(['chat', 'responses', 'messages'])

export default definePlugin({
  name: 'failover',
  description: 'Goes on to the next target when one has failed.',
  schema,
  needs: ['models', 'admin'],
  edits: false,
  setup({ options, services: { models, admin } }) {
    const rules = rulesOf(options)
    const isTrigger = triggers(options.retry_on_statuses, options.retry_on_errors)
    const most = options.max_attempts === 0 ? Number.POSITIVE_INFINITY : options.max_attempts

    return {
      close: admin.setting('FAILOVER_ENABLED', () => true),
      ...(rules.size === 0 ? {} : {
        route(exchange: Exchange) {
          const [primary, further] = exchange.targets
          const rule = rules.get(exchange.model)
          if (primary === undefined || further !== undefined || rule === undefined || !operations.has(exchange.operation) || namesProvider(exchange)) return
          exchange.targets.push(...candidates(primary, rule, models))
        },
      }),
      recover({ operation, attempts }) {
        const failure = failureOf(attempts)
        if (failure === undefined || !operations.has(operation) || !isTrigger(failure)) return undefined
        return attempts.filter(({ kind }) => kind === 'failover').length < most ? { do: 'next' } : undefined
      },
    }
  },
})

/** The selectors that follow each primary, without the primaries that are switched off. */
function rulesOf({ rules, disabled_models: disabled }: OptionsOf<typeof schema>): ReadonlyMap<string, readonly string[]> {
  const off = new Set(Array.isArray(disabled) ? disabled : Object.entries(disabled).flatMap(([model, isOff]) => isOff ? model : []))
  return new Map(Object.entries(rules).filter(([primary]) => !off.has(primary)))
}

/** Whether the caller wrote a provider beside the model, which is taken out of the body when it has been read. */
function namesProvider({ body }: Exchange): boolean {
  return body !== undefined && JsonDocument.parse(body.bytes).root.get('provider')?.kind === 'string'
}

/** The targets of a rule that are there, each once, without the primary. */
function candidates(primary: Target, rule: readonly string[], models: Models): readonly Target[] {
  const found = rule.flatMap(selector => models.find(selector) ?? [])
  const all = [primary, ...found]
  return found.filter((target, index) => all.findIndex(({ provider, model }) => provider === target.provider && model === target.model) === index + 1)
}
