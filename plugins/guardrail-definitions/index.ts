/** Keeps the guardrails that administrators make, beside those of the configuration, for workflows to name. */

import { definePlugin } from '../../core/index.ts'
import { isHeaderModification } from '../shared/guard/header-policy.ts'
import { readAgain } from '../shared/records/read-again.ts'
import type { Records } from '../../core/storage/records.ts'
import { collection, definitionOf, DefinitionBook, type StoredDefinition } from './book.ts'
import { endpointsOf } from './endpoints.ts'
import { schema } from './schema.ts'
import { guardrailTypes, typeOfRule } from './types.ts'

export default definePlugin({
  name: 'guardrail-definitions',
  description: 'Keeps the guardrails that administrators make.',
  schema,
  provides: 'guardrails',
  needs: ['storage', 'secrets', 'admin', 'knownPlugins', 'variants'],
  setup({
    options,
    services: {
      storage,
      secrets,
      admin,
      knownPlugins,
      variants,
      clock,
      version: { version },
    },
    log,
  }) {
    const records: Records<StoredDefinition> = storage.records(collection)
    const failed = (cause: unknown, name?: string) =>
      log.warn(
        { err: cause, ...(name === undefined ? {} : { guardrail: name }) },
        name === undefined ? 'the guardrails could not be read; those known stay' : 'a guardrail cannot be used',
      )
    const book = new DefinitionBook({ records, secrets, failed })
    const offers: (() => void)[] = []
    secrets.cover(collection, ['secret_config'])
    return {
      service: book,
      async open() {
        const types = await guardrailTypes(knownPlugins)
        const configured = await Promise.all(
          options.rules.filter(rule => !isHeaderModification(rule)).map(async rule => definitionOf(rule, await typeOfRule(rule.type, knownPlugins))),
        )
        await book.open(types, configured)
        for (const endpoint of endpointsOf({ book, types, plugins: knownPlugins, variants, version, clock })) offers.push(admin.endpoint(endpoint))
        offers.push(admin.refresh({ name: 'guardrails', run: () => book.read() }))
      },
      start: () => {
        offers.push(readAgain(clock, options.refresh_interval, () => book.read(), failed))
      },
      async close() {
        for (const withdraw of offers) withdraw()
        await book.close()
      },
    }
  },
})
