/** Keeps the providers that administrators add while the gateway runs, and has them serve beside those of the configuration. */

import { definePlugin } from '../../core/index.ts'
import { readAgain } from '../shared/records/read-again.ts'
import type { Records } from '../../core/storage/records.ts'
import { ProviderBook } from './book.ts'
import { endpointsOf } from './endpoints.ts'
import { collection, sealedFields, type StoredProvider } from './record.ts'
import { schema } from './schema.ts'

export default definePlugin({
  name: 'provider-credentials',
  description: 'Keeps the providers that administrators add.',
  schema,
  provides: 'addedProviders',
  needs: ['storage', 'secrets', 'admin'],
  wants: ['configurations'],
  edits: false,
  setup({ options, services: { storage, secrets, admin, clock, configurations }, log }) {
    const records: Records<StoredProvider> = storage.records(collection)
    const failed = (cause: unknown, name?: string) =>
      log.warn(
        { err: cause, ...(name === undefined ? {} : { provider: name }) },
        name === undefined ? 'the providers that were added could not be read; those known stay' : 'the secrets of a provider that was added cannot be opened',
      )
    const renew = () => {
      void configurations?.renew()
    }
    const book = new ProviderBook({ records, secrets, mayRefer: options.allow_references, changed: renew, failed })
    const ends: (() => void)[] = []
    secrets.cover(collection, sealedFields)
    ends.push(admin.setting('ENCRYPTION_KEY', () => secrets.hasKey))
    return {
      service: book,
      async open() {
        await book.open()
        if (configurations === undefined) return
        for (const endpoint of endpointsOf({ book, configurations, clock })) ends.push(admin.endpoint(endpoint))
        ends.push(
          admin.refresh({
            name: 'provider_credentials',
            async run() {
              await book.read()
              await configurations.renew(true)
            },
          }),
        )
      },
      start() {
        ends.push(readAgain(clock, options.refresh_interval, () => book.read(), failed))
        renew()
      },
      async close() {
        for (const end of ends) end()
        await book.close()
      },
    }
  },
})
