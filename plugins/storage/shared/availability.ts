/** Whether the database takes writes: after one that it could not take, until it takes another. */

import { StorageUnavailable } from '../../../core/index.ts'
import type { Backend } from './backend.ts'

const writes = [
  'putDocument',
  'deleteDocument',
  'deleteDocuments',
  'purgeDocuments',
  'append',
  'amend',
  'deleteRows',
] as const satisfies readonly (keyof Backend)[]

type Method = (...parameters: readonly unknown[]) => Promise<unknown>

export class Availability {
  #isRefusing = false

  get isRefusing(): boolean {
    return this.#isRefusing
  }

  /** The same backend, its writes watched. */
  watched(backend: Backend): Backend {
    const methods = new Map<string | symbol, unknown>(writes.map(write => [write, this.#watched((backend[write] as Method).bind(backend))]))
    return new Proxy(backend, {
      get(target, name) {
        if (!methods.has(name)) methods.set(name, (Reflect.get(target, name) as Method).bind(target))
        return methods.get(name)
      },
    })
  }

  #watched(write: Method): Method {
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
