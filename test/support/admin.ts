/** A gateway whose admin API is called, by administrators of any scope. */

import type { Caller } from '../../core/pipeline/caller.ts'
import { Served, type ServeOptions } from './serve.ts'

export interface AdminCallOptions {
  readonly body?: unknown
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string>>
  /** The user path that the caller may administer, `none` for one who may nothing; absent is the master key. */
  readonly as?: string
}

export interface AdminAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly text: string
  /** The body, where it is JSON. */
  // eslint-disable-next-line typescript/no-explicit-any -- the shape is the test's to know
  readonly json: any
}

/** Stands above `auth`, and takes callers for who they say they are. */
const impostor = `
export default {
  name: 'impostor',
  setup: () => ({
    request(exchange) {
      const as = exchange.request.headers['x-test-caller']
      if (as !== undefined) exchange.caller = JSON.parse(as)
    },
  }),
}`

export class AdminGateway {
  readonly served: Served

  private constructor(served: Served) {
    this.served = served
  }

  /** @param options as for any served gateway */
  static async start({ config = {}, files = {}, ...options }: ServeOptions = {}): Promise<AdminGateway> {
    const pipelines = config['pipelines'] as Readonly<Record<string, unknown>> | undefined
    const admin = [{ insert: './impostor.ts', before: 'auth' }, ...((pipelines?.['admin'] as readonly unknown[] | undefined) ?? [])]
    return new AdminGateway(
      await Served.start({ ...options, files: { 'impostor.ts': impostor, ...files }, config: { ...config, pipelines: { ...pipelines, admin } } }),
    )
  }

  /** @param path below `/admin`, with its query */
  async call(method: string, path: string, { body, headers = {}, as }: AdminCallOptions = {}): Promise<AdminAnswer> {
    const answer = await this.served.call(method, `/admin${path}`, body as object, {
      ...headers,
      ...(as === undefined ? {} : { 'x-test-caller': JSON.stringify(callerOf(as)) }),
    })
    const text = answer.body.toString()
    const isJson = answer.headers['content-type']?.startsWith('application/json') === true && text !== ''
    return { status: answer.status, headers: answer.headers as Record<string, string | undefined>, text, json: isJson ? JSON.parse(text) : undefined }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.served.close()
  }
}

function callerOf(as: string): Caller {
  if (as === 'none') return { method: 'api_key', keyId: 'key_test' }
  return { method: 'api_key', keyId: 'key_test', userPath: as, admin: { root: as, isGlobal: as === '/' } }
}
