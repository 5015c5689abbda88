/** The stores that a gateway can remember in, each new and empty, for tests that hold on all of them. */

import { join } from 'node:path'
import { mongodb } from './mongodb.ts'
import { postgresql } from './postgresql.ts'
import type { Folder } from './run-tapline.ts'
import type { TestServer } from './servers.ts'

/** Members of `storage` in tapline.yaml. */
export type Storage = Readonly<Record<string, unknown>>

export interface TestStore {
  readonly name: string
  /** What a tester needs for it; absent where nothing. */
  readonly server?: TestServer
  /** @param folder where its files go, if it has any */
  readonly storage: (folder: Pick<Folder, 'path'>) => Promise<Storage>
}

export const stores: readonly TestStore[] = [
  { name: 'sqlite', storage: async ({ path }) => ({ type: 'sqlite', sqlite: { path: join(path, 'shared.db') } }) },
  ...[['postgresql', postgresql] as const, ['mongodb', mongodb] as const].map(([name, server]) => ({
    name,
    server,
    storage: async () => ({ type: name, [name]: { url: await server.url() } }),
  })),
]
