/** The service `processes`, of a worker: whatever it asks goes through the first process. */

import type { Processes } from '../services/processes.ts'
import { Registrations } from '../services/registrations.ts'
import { StateClient } from './state-client.ts'
import type { AskedOfAll, Gathered, Gathering, Said } from './messages.ts'
import type { Rpc } from './rpc.ts'

type Handler = (question: never) => unknown

export class WorkerProcesses implements Processes {
  readonly state: StateClient
  readonly #rpc: Rpc
  /** By what is asked; the last of each counts. */
  readonly #handlers = new Map<string, Registrations<Handler>>()

  constructor(rpc: Rpc) {
    this.state = new StateClient(rpc)
    this.#rpc = rpc
    rpc.answer('asked', ({ what, question }: AskedOfAll) => this.#reply(what, question))
  }

  async ask(what: string, question: unknown, withinMs: number): Promise<readonly unknown[]> {
    const said = (await this.#rpc.ask('others', { what, question, withinMs } satisfies AskedOfAll)) as readonly Said[]
    return said.map(({ answer }) => answer)
  }

  async gather(what: string, own: unknown, withinMs: number): Promise<Gathered> {
    return (await this.#rpc.ask('gather', { what, question: null, own, withinMs } satisfies Gathering)) as Gathered
  }

  answer(what: string, handle: Handler): () => void {
    const handlers = this.#handlers.get(what) ?? new Registrations<Handler>()
    this.#handlers.set(what, handlers)
    return handlers.add(handle)
  }

  #reply(what: string, question: unknown): unknown {
    const handle = this.#handlers.get(what)?.latest
    if (handle === undefined) throw new Error(`nobody answers ${what}`)
    return handle(question as never)
  }
}
