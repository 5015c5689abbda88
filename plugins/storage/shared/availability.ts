/** Whether the database takes writes: after one that it could not take, until it takes another. */

import { StorageUnavailable } from '../../../core/index.ts'
import type { Backend } from './backend.ts'

const writes = ['putDocument', 'deleteDocument', 'deleteDocuments', 'purgeDocuments', 'append', 'amend', 'deleteRows'] as const satisfies readonly (keyof Backend)[]

type Write = (...parameters: readonly unknown[]) => Promise<unknown>

export class Availability {
  #isRefusing = false

  get isRefusing(): boolean {
    return this.#isRefusing
  }

  /** The same backend, its writes watched. */
  watched(backend: Backend): Backend {
    const methods = writes.map(write => [write, this.#watched((...parameters) => (backend[write] as Write).call(backend, ...parameters))])
    return Object.assign(Object.create(backend) as Backend, Object.fromEntries(methods))
  }

  #watched(write: Write): Write {
    return async (...parameters) => {
      try {
        const result = await write(...parameters)
        this.#isRefusing = false
        return result
      } catch (cause) {
        if (cause instanceof StorageUnavailable) this.#isRefusing = true
        throw cause
      }
    }
  }
}
