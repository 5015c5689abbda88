/** Keeps secrets in the store sealed: a copy of the database alone gives none away. */

import { definePlugin } from '../../core/index.ts'
import { isRead } from '../../core/storage/is-read.ts'
import { DataKeys, type WrappedKey } from './data-keys.ts'
import { schema } from './schema.ts'
import { Vault } from './vault.ts'

export default definePlugin({
  name: 'stored-secrets',
  description: 'Encrypts secrets that are kept in the database.',
  schema,
  provides: 'secrets',
  needs: ['storage'],
  setup({ options: { key, previous_key }, services: { storage }, log }) {
    const keys = key === undefined ? undefined : new DataKeys(storage.records<WrappedKey>('encryption_keys'), key, previous_key)
    const vault = new Vault(storage, keys)
    let stopWatching = () => {}
    return {
      service: vault,
      async open() {
        await keys?.open()
        const { sealed, plain } = await vault.count()
        if (keys === undefined && sealed > 0) throw new Error(`${sealed} secrets in the database are encrypted, and TAPLINE_ENCRYPTION_KEY is not set`)
        if (plain > 0)
          log.warn(
            { secrets: plain },
            keys === undefined
              ? 'secrets in the database are not encrypted: set TAPLINE_ENCRYPTION_KEY, then run: tapline secrets reencrypt'
              : 'secrets in the database are not encrypted yet: run tapline secrets reencrypt',
          )
        if (keys !== undefined)
          stopWatching = storage
            .records('encryption_keys')
            .watch(() => isRead(keys.read(), cause => log.warn({ err: cause }, 'the data keys could not be read; those known stay')))
      },
      close: () => stopWatching(),
    }
  },
})
