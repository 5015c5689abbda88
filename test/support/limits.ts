/** A gateway whose provider answers with a known usage at a known price, under limits that a test names. */

import { setImmediate as turn } from 'node:timers/promises'
import { TurnedClock } from '../../core/testing/turned-clock.ts'
import type { Clock } from '../../core/index.ts'
import { AdminGateway } from './admin.ts'
import type { Answer } from './answer.ts'
import type { Served } from './serve.ts'

export interface LimitedOptions {
  readonly config?: Readonly<Record<string, unknown>>
  readonly env?: Readonly<Record<string, string>>
  /** Plugins that `config` names, by file. */
  readonly files?: Readonly<Record<string, string>>
  readonly clock?: Clock
  /** What each call uses. */
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number }
}

/** Dollars for a token: that of an answer of `capped` is a dollar. */
const pricing = { input_per_mtok: 0, output_per_mtok: 1e6 }

/** A call whose answer costs a dollar, and may not cost more. */
export const capped = { model: 'gpt-test', max_tokens: 1, messages: [{ role: 'user', content: 'hello' }] }

export function completion(usage = { prompt_tokens: 1, completion_tokens: 1 }): object {
  const total = { ...usage, total_tokens: usage.prompt_tokens + usage.completion_tokens }
  return {
    id: 'c',
    object: 'chat.completion',
    created: 1,
    model: 'gpt-test',
    choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
    usage: total,
  }
}

export class Limited {
  readonly admin: AdminGateway
  readonly clock: TurnedClock

  private constructor(admin: AdminGateway, clock: TurnedClock) {
    this.admin = admin
    this.clock = clock
  }

  static async start({ config = {}, env = {}, files = {}, clock = new TurnedClock(), usage }: LimitedOptions = {}): Promise<Limited> {
    const admin = await AdminGateway.start({
      clock,
      files,
      env: { OPENAI_MODELS: '', ...env },
      config: {
        providers: {
          openai: {
            models: [
              { id: 'gpt-test', metadata: { pricing } },
              { id: 'gpt-other', metadata: { pricing } },
            ],
          },
        },
        ...config,
        // What is stored later is due at once; `while` lets it happen.
        usage: { flush_interval: 0, ...(config['usage'] as object) },
      },
    })
    admin.served.upstream.always({ body: completion(usage) })
    return new Limited(admin, clock as TurnedClock)
  }

  get served(): Served {
    return this.admin.served
  }

  /** One call for a path. */
  call(path = '/', body: object = capped, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.served.chat(body, { 'x-tapline-user-path': path, ...headers })
  }

  /** The statuses of calls, one after the other. */
  async statuses(count: number, path?: string, body?: object): Promise<readonly number[]> {
    const statuses: number[] = []
    for (let calls = 0; calls < count; calls += 1) statuses.push((await this.call(path, body)).status)
    return statuses
  }

  /** Waits for something, and has what falls due meanwhile done. */
  async while<T>(work: Promise<T>): Promise<T> {
    for (;;) {
      const done = await Promise.race([work.then(value => ({ value })), turn()])
      if (done !== undefined) return done.value
      this.clock.advance(0)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.admin[Symbol.asyncDispose]()
  }
}
