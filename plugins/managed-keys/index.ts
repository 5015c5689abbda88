/** The keys that administrators make: kept in the store, recognised from memory. */

import { definePlugin } from '../../core/index.ts'
import type { Records, Stored } from '../../core/storage/records.ts'
import { listAll } from '../../core/storage/list-all.ts'
import type { AuthKey } from '../../schemas/records/auth-key.schema.ts'
import { endpointsOf } from './endpoints.ts'
import { Follower } from './follower.ts'
import { KeyRing } from './key-ring.ts'
import { KeyStore } from './key-store.ts'
import { LastUse, type KeyUse } from './last-use.ts'
import { collection, keptPepper, Pepper, type KeptPepper } from './pepper.ts'
import { schema } from './schema.ts'

export default definePlugin({
  name: 'managed-keys',
  description: 'Keeps the keys that administrators make for callers.',
  schema,
  provides: 'keys',
  needs: ['storage', 'secrets', 'admin', 'models', 'access', 'users'],
  setup({ options, services: { storage, secrets, admin, clock, models, access, users }, log }) {
    const lastUse = new LastUse(clock, cause => log.warn({ err: cause }, 'when keys were used last could not be written'))
    const ring = new KeyRing(clock, lastUse, id => users.pathOf(id))
    const offers: (() => void)[] = []
    secrets.cover(collection, ['value'], { ownMaking: true })
    let opened: { readonly store: KeyStore; readonly follower: Follower } | undefined

    const open = async (keys: Records<AuthKey>, uses: Records<KeyUse>) => {
      const pepper = options.pepper === undefined ? await keptPepper(storage.records<KeptPepper>(collection), secrets) : new Pepper(options.pepper)
      const follower = new Follower(keys, ring, clock, cause => log.warn({ err: cause }, 'the managed keys could not be read; those known stay'))
      const store = new KeyStore({ keys, uses, ring, follower, pepper, clock, models, access, users })
      opened = { store, follower }
      lastUse.keepIn(uses)
      ring.usePepper(pepper)
      await follower.begin()
      offers.push(
        access.add({
          get keys() {
            return ring.known
          },
        }),
      )
      const lost = otherPeppers(await listAll(keys), pepper)
      if (lost > 0) log.warn({ keys: lost }, 'managed keys were made with another KEY_PEPPER, and will not be recognised')
    }

    return {
      service: ring,
      open: () => open(storage.records<AuthKey>('auth_keys'), storage.records<KeyUse>('auth_key_uses')),
      start() {
        if (opened === undefined) return
        const { store, follower } = opened
        follower.start()
        for (const endpoint of endpointsOf(
          store,
          models.inventories.map(({ provider }) => provider.name),
        ))
          offers.push(admin.endpoint(endpoint))
        offers.push(admin.refresh({ name: 'auth_keys', run: () => follower.read() }))
      },
      async close() {
        for (const withdraw of offers) withdraw()
        await opened?.follower.close()
        await lastUse.flush()
      },
    }
  },
})

function otherPeppers(keys: readonly Stored<AuthKey>[], { id }: Pepper): number {
  return keys.filter(({ value }) => value.kind === 'tapline' && value.deactivated_at === null && value.pepper_id !== id).length
}
