/** A gateway of several processes before a provider that plays scripts, and which of them answered. */

import { Agent, request } from 'undici'
import { chatCompletion } from '../../core/testing/chat-samples.ts'
import { freePort } from '../../core/testing/port.ts'
import { ScriptedUpstream } from '../../core/testing/scripted-upstream.ts'
import { Folder, Tapline } from './run-tapline.ts'

/** Says in a header which process answers. */
const who = `import { definePlugin } from 'tapline'
export default definePlugin({ name: 'who', setup: () => ({ request({ replyHeaders }) { replyHeaders.push('x-pid', String(process.pid)) } }) })`

const insertWho = { insert: './who.ts', before: 'auth' }
/** A token of an answer is a dollar. */
const pricing = { input_per_mtok: 0, output_per_mtok: 1e6 }

export interface Answered {
  readonly status: number
  /** Of the worker that answered. */
  readonly pid: number
  readonly text: string
  readonly requestId: string
  /** What the answer says of the cache. */
  readonly cache: string | undefined
}

export interface CallOptions {
  readonly path?: string
  readonly body?: object
  readonly headers?: Readonly<Record<string, string>>
}

export const dollar = { model: 'gpt-test', max_tokens: 1, messages: [{ role: 'user', content: 'hello' }] }

export class Workers implements AsyncDisposable {
  readonly folder: Folder
  readonly upstream: ScriptedUpstream
  readonly port: number
  program: Tapline
  #url = ''

  private constructor(folder: Folder, upstream: ScriptedUpstream, port: number, program: Tapline) {
    this.folder = folder
    this.upstream = upstream
    this.port = port
    this.program = program
  }

  /** Starts, and waits for nothing. */
  static async run(config: Parameters<Workers['configure']>[0] = {}, files: Readonly<Record<string, string>> = {}): Promise<Workers> {
    const upstream = await ScriptedUpstream.start()
    upstream.always({ body: chatCompletion({ usage: { prompt_tokens: 1, completion_tokens: 1 } }) })
    const port = await freePort()
    const folder = await Folder.make({ 'who.ts': who, ...files })
    const workers = new Workers(folder, upstream, port, undefined as unknown as Tapline)
    await workers.configure(config)
    workers.program = workers.#start()
    return workers
  }

  /** Starts, and waits until all serve. */
  static async start(config: Parameters<Workers['configure']>[0] = {}, files: Readonly<Record<string, string>> = {}): Promise<Workers> {
    const workers = await Workers.run(config, files)
    await workers.listening()
    return workers
  }

  /** Writes the configuration. */
  async configure({
    server = {},
    pipelines = {},
    ...config
  }: {
    readonly server?: object
    readonly pipelines?: Readonly<Record<string, readonly object[]>>
    readonly [other: string]: unknown
  }): Promise<void> {
    await this.folder.write('tapline.yaml', {
      server: { port: this.port, workers: 2, pid_file: 'tapline.pid', ...server },
      providers: {
        openai: { api_key: 'sk-upstream', base_url: this.upstream.url, models: ['gpt-test', 'gpt-other'].map(id => ({ id, metadata: { pricing } })) },
      },
      models: { configured_provider_models_mode: 'allowlist' },
      storage: { sqlite: { path: 'tapline.db' } },
      resilience: { retry: { max_retries: 0 } },
      pipelines: { ...pipelines, chat: [insertWho, ...(pipelines['chat'] ?? [])], models: [insertWho] },
      ...config,
    })
  }

  async listening(): Promise<void> {
    this.#url = await this.program.url()
  }

  /** Starts anew, once it has ended. */
  async restart(): Promise<void> {
    await this.program.ended
    this.program = this.#start()
    await this.listening()
  }

  get url(): string {
    return this.#url
  }

  /** One call on a connection of its own: each goes to the next worker. */
  async call({ path = '/', body = dollar, headers = {} }: CallOptions = {}): Promise<Answered> {
    return await this.send('POST', '/v1/chat/completions', { body, headers: { 'x-tapline-user-path': path, 'cache-control': 'no-cache', ...headers } })
  }

  async send(method: 'GET' | 'POST' | 'DELETE', path: string, { body, headers = {} }: CallOptions = {}): Promise<Answered> {
    const dispatcher = new Agent({ pipelining: 0, connections: 1 })
    try {
      const answer = await request(`${this.#url}${path}`, {
        method,
        headers: { 'content-type': 'application/json', ...headers },
        dispatcher,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      return {
        status: answer.statusCode,
        pid: Number(answer.headers['x-pid']),
        text: await answer.body.text(),
        requestId: String(answer.headers['x-request-id']),
        cache: answer.headers['x-cache'] as string | undefined,
      }
    } finally {
      await dispatcher.destroy()
    }
  }

  async all(count: number, options: CallOptions = {}): Promise<readonly Answered[]> {
    return await Promise.all(Array.from({ length: count }, () => this.call(options)))
  }

  /** The workers that serve: those that answer eight calls in a row. */
  async pids(): Promise<ReadonlySet<number>> {
    const found = new Set<number>()
    for (let i = 0; i < 8; i++) found.add((await this.send('GET', '/v1/models')).pid)
    return found
  }

  #start(): Tapline {
    return new Tapline(this.folder, [], { TAPLINE_STORAGE_SPILL_DIR: `${this.folder.path}/spill` })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.program.process.exitCode === null) this.program.kill('SIGTERM')
    for (const received of this.upstream.requests) received.settle('cut')
    await this.program.ended
    await this.upstream.close()
    await this.folder[Symbol.asyncDispose]()
  }
}

export function count(answers: readonly Answered[], status: number): number {
  return answers.filter(answer => answer.status === status).length
}
