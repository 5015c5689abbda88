/** Keeps the header policies that administrators make, beside those of the configuration, for workflows to name. */

import { definePlugin } from '../../core/index.ts'
import { checkHeaderPolicy } from '../shared/guard/header-policy.ts'
import { checkHeaderPolicyNames, writtenHeaderPolicies } from '../shared/guard/written-header-policies.ts'
import { readAgain } from '../shared/records/read-again.ts'
import type { Records } from '../../core/storage/records.ts'
import { collection, PolicyBook, type StoredPolicy } from './book.ts'
import { endpointsOf } from './endpoints.ts'
import { schema } from './schema.ts'

export default definePlugin({
  name: 'header-policy-definitions',
  description: 'Keeps the header policies that administrators make.',
  schema,
  provides: 'headerPolicies',
  needs: ['storage', 'admin', 'guardrails'],
  setup({ options, services: { storage, admin, guardrails, clock }, log }) {
    const records: Records<StoredPolicy> = storage.records(collection)
    const failed = (cause: unknown) => log.warn({ err: cause }, 'the header policies could not be read; those known stay')
    const configured = writtenHeaderPolicies(options.policies, options.rules)
    checkHeaderPolicyNames(configured, options.rules)
    // Those in use are checked where they stand.
    if (!options.in_use) configured.forEach(checkHeaderPolicy)
    const book = new PolicyBook({ records, configured, failed })
    const ends: (() => void)[] = []
    return {
      service: book,
      async open() {
        await book.open()
        ends.push(
          guardrails.reserve(name => (book.find(name) === undefined ? undefined : `there is a header policy ${JSON.stringify(name)}`)),
          ...endpointsOf({ book, guardrails, clock }).map(endpoint => admin.endpoint(endpoint)),
          admin.refresh({ name: 'header_policies', run: () => book.read() }),
        )
      },
      start: () => {
        ends.push(readAgain(clock, options.refresh_interval, () => book.read(), failed))
      },
      async close() {
        for (const end of ends) end()
        await book.close()
      },
    }
  },
})
