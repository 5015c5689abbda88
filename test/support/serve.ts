/** A gateway with the default set standing, before a scripted upstream; both on free ports, disposed of together. */

import OpenAI, { type ClientOptions } from 'openai'
import { request } from 'undici'
import type { Clock } from '../../core/services/clock.ts'
import { Gate } from '../../core/testing/gate.ts'
import { startTestGateway, type TestGateway } from '../../core/testing/gateway.ts'
import { ScriptedUpstream } from '../../core/testing/scripted-upstream.ts'
import type { Answer } from './answer.ts'
import { Completions } from './completions.ts'

export const masterKey = 'sk-master'

export interface ServeOptions {
  /** Members of tapline.yaml. The master key is set unless `server` says otherwise. */
  readonly config?: Readonly<Record<string, unknown>>
  readonly env?: Readonly<Record<string, string>>
  readonly files?: Readonly<Record<string, string>>
  readonly clock?: Clock
}

export class Served {
  readonly gateway: TestGateway
  readonly upstream: ScriptedUpstream
  readonly completions: Completions

  private constructor(gateway: TestGateway, upstream: ScriptedUpstream, completions: Completions) {
    this.gateway = gateway
    this.upstream = upstream
    this.completions = completions
  }

  static async start({ config = {}, files = {}, ...options }: ServeOptions = {}): Promise<Served> {
    const upstream = await ScriptedUpstream.start({ models: ['gpt-test'] })
    const completions = new Completions()
    try {
      const whole = configuration(config, completions)
      return new Served(await startTestGateway({ ...options, upstream, config: whole, files: { ...completions.files, ...files } }), upstream, completions)
    } catch (cause) {
      completions.close()
      await upstream.close()
      throw cause
    }
  }

  get url(): string {
    return this.gateway.url
  }

  /** The official client, as its manual says. */
  client(options: ClientOptions = {}): OpenAI {
    return new OpenAI({ baseURL: `${this.url}/v1`, apiKey: masterKey, maxRetries: 0, ...options })
  }

  /** Calls the gateway and reads the whole answer. */
  async call(method: string, path: string, body?: string | Buffer | object, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const answer = await this.open(method, path, body, headers)
    return { ...answer, body: Buffer.from(await answer.body.arrayBuffer()) }
  }

  /** Calls the gateway; resolves with the head of the answer. */
  async open(method: string, path: string, body?: string | Buffer | object, headers: Readonly<Record<string, string>> = {}, signal?: AbortSignal) {
    const bytes = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)
    const answer = await request(this.url + path, {
      method: method as 'GET',
      headers: { authorization: `Bearer ${masterKey}`, ...(bytes === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      body: bytes ?? null,
      headersTimeout: 0,
      bodyTimeout: 0,
      ...(signal === undefined ? {} : { signal }),
    })
    return { status: answer.statusCode, headers: answer.headers, body: answer.body }
  }

  /** Calls the gateway for a stream; the chunk at `before`, and what is behind it, comes when the client has begun to hear. @throws if the stream never begins */
  async begun(
    path: string,
    body: string | object,
    chunks: readonly (Buffer | string)[],
    before: number,
    { headers = {}, closed = {} }: { readonly headers?: Readonly<Record<string, string>> | undefined; readonly closed?: Readonly<Record<number, Gate>> } = {},
  ): Promise<Answer> {
    const gate = new Gate()
    this.upstream.always({ chunks, gates: { beforeChunk: { [before]: gate, ...closed } } })
    const answer = await this.open('POST', path, body, headers)
    gate.open()
    return { ...answer, body: Buffer.from(await answer.body.arrayBuffer()) }
  }

  /** Sends one chat call. */
  chat(body: string | Buffer | object = hello, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.call('POST', '/v1/chat/completions', body, headers)
  }

  async close(): Promise<void> {
    await this.upstream.close()
    await this.gateway.close()
    this.completions.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

export const hello = { model: 'gpt-test', messages: [{ role: 'user', content: 'hello' }] }
export const helloStream = { ...hello, stream: true }

/** tapline.yaml, with a master key, and with the witness above all steps. */
export function configuration(config: Readonly<Record<string, unknown>>, completions: Completions): Readonly<Record<string, unknown>> {
  const pipelines = config['pipelines'] as Readonly<Record<string, unknown>> | undefined
  const inference = [completions.patch, ...((pipelines?.['inference'] as readonly unknown[] | undefined) ?? [])]
  return { ...config, server: { master_key: masterKey, ...(config['server'] as object) }, pipelines: { ...pipelines, inference } }
}
