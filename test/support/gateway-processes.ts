/** Gateways in processes of their own before a provider that answers at once, and what they recorded of it. */

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect } from 'chai'
import { chatChunks, chatCompletion } from '../../core/testing/chat-samples.ts'
import { freePort } from '../../core/testing/port.ts'
import { Folder, Tapline } from './run-tapline.ts'

const usage = { prompt_tokens: 10, completion_tokens: 5 }
const plain = Buffer.from(JSON.stringify(chatCompletion({ usage })))
const stream = Buffer.from(chatChunks({ pieces: ['a', 'b', 'c'], usage }).join(''))

export class GatewayProcesses {
  readonly #upstream: Server

  private constructor(upstream: Server) {
    this.#upstream = upstream
  }

  static async behind(): Promise<GatewayProcesses> {
    const upstream = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
      })
      request.on('end', () => {
        const isStream = Buffer.concat(chunks).includes('"stream":true')
        response.writeHead(200, { 'content-type': isStream ? 'text/event-stream' : 'application/json' })
        response.end(isStream ? stream : plain)
      })
    })
    await new Promise<void>(resolve => {
      upstream.listen(0, '127.0.0.1', resolve)
    })
    return new GatewayProcesses(upstream)
  }

  /** A folder that one gateway after another may start in: with its configuration, and with a spool of its own, as on a machine of its own. */
  async folder(config: (folder: Folder) => object | Promise<object>): Promise<Folder> {
    const folder = await Folder.make()
    await folder.write('tapline.yaml', { server: { port: await freePort() }, ...(await config(folder)) })
    return folder
  }

  /** @param through a program and its arguments that starts the gateway; absent where nothing does */
  start(folder: Folder, { env = {}, through = [] }: { readonly env?: Readonly<Record<string, string>>; readonly through?: readonly string[] } = {}): Tapline {
    const { port } = this.#upstream.address() as AddressInfo
    const provider = {
      OPENAI_API_KEY: 'sk-upstream',
      OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`,
      OPENAI_MODELS: 'gpt-test',
      CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist',
    }
    return new Tapline(folder, [], { ...provider, STORAGE_SPILL_DIR: spillOf(folder), ...env }, undefined, through)
  }

  close(): void {
    this.#upstream.closeAllConnections()
    this.#upstream.close()
  }
}

/** Where the gateways of a folder have their spool. */
export function spillOf({ path }: Folder): string {
  return join(path, 'spill')
}

/** So many calls of each of several callers. @returns their request ids. @throws AssertionError if one fails */
export async function callMany(url: string, callers: number, times: number): Promise<string[]> {
  const one = async () => {
    const answer = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'gpt-test', messages: [{ role: 'user', content: 'hello' }] }),
    })
    const text = await answer.text()
    expect(answer.status, text).to.equal(200)
    return String(answer.headers.get('x-request-id'))
  }
  return (
    await Promise.all(
      Array.from({ length: callers }, async () => {
        const ids: string[] = []
        for (let i = 0; i < times; i++) ids.push(await one())
        return ids
      }),
    )
  ).flat()
}

/** The request ids of all usage records, one for each record. */
export async function recordedIn(url: string): Promise<readonly string[]> {
  const answer = await fetch(`${url}/admin/usage/export?format=ndjson&cache_mode=all`)
  const text = await answer.text()
  expect(answer.status, text).to.equal(200)
  return text
    .split('\n')
    .filter(line => line !== '')
    .map(line => (JSON.parse(line) as { request_id: string }).request_id)
}

/** What readiness says. */
export async function ready(url: string): Promise<{ readonly status: string; readonly checks?: Readonly<Record<string, string>> }> {
  return (await (await fetch(`${url}/health/ready`)).json()) as { status: string }
}
