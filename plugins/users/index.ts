/** Users, their groups, and what holds for their paths. */

import { definePlugin, type Users } from '../../core/index.ts'
import { openOrLater } from '../shared/records/open-or-later.ts'
import { directoryEndpoints } from './directory-endpoints.ts'
import { DirectoryStore } from './directory-store.ts'
import type { DirectoryContent } from './directory.ts'
import { pathEndpoints } from './path-endpoints.ts'
import { PathNodes, type PathNode } from './path-nodes.ts'
import { schema } from './schema.ts'

export default definePlugin({
  name: 'users',
  description: 'Knows users and their groups, and keeps the callers of a user path to the models that are open to it.',
  schema,
  provides: 'users',
  needs: ['storage', 'admin', 'access', 'models', 'providers', 'absentProviders'],
  edits: false,
  setup({ options, services: { storage, admin, access, models, providers, absentProviders, clock }, log }) {
    const names = [...providers.keys()]
    const failed = (cause: unknown) => log.warn({ err: cause }, 'the users could not be read; what was read before stands')
    const nodes = new PathNodes(options.users, [...names, ...absentProviders], storage.records<PathNode>('user_paths'), failed)
    const store = new DirectoryStore(storage.records<DirectoryContent>('user_directory'), failed)
    const offers: (() => void)[] = []
    const service: Users = { pathOf: id => store.directory.pathOf(id), at: path => store.directory.at(path) }

    return {
      service,
      async open() {
        for (const part of [nodes.snapshot, store]) await openOrLater(part, failed)
        offers.push(
          access.add({
            allowlist: path => nodes.of(path)?.allowed_models,
            get restrictedPaths() {
              return nodes.restrictedPaths
            },
            groups: path => store.directory.groups(path),
          }),
        )
      },
      start() {
        const endpoints = [...pathEndpoints({ nodes, access, models, clock, providers: names }), ...directoryEndpoints({ store, clock })]
        for (const endpoint of endpoints) offers.push(admin.endpoint(endpoint))
      },
      /** Who calls is known by the path, unless their key says it and they are still there; before what an identity provider calls them. */
      request(exchange) {
        const { caller, userPath } = exchange
        if (caller === undefined || userPath === '') return
        if (caller.keyId !== undefined && caller.userId !== undefined && store.directory.pathOf(caller.userId) !== undefined) return
        const userId = store.directory.at(userPath)
        if (userId !== undefined) exchange.caller = { ...caller, userId }
      },
      async close() {
        for (const withdraw of offers) withdraw()
        await nodes.snapshot.close()
        await store.close()
      },
    }
  },
})
