/** Google's token endpoint and a machine's metadata server, as faithful as the tests need them, on free ports. */

import { generateKeyPairSync, verify } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { portOf } from '../../../core/testing/port.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

export const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

export interface Asked {
  readonly path: string
  readonly method: string
  readonly headers: IncomingMessage['headers']
  readonly form: Readonly<Record<string, string>>
  readonly body: string
}

export interface Answered {
  readonly status?: number
  readonly body?: object | string
}

/** Gives tokens `token-1`, `token-2` … that live an hour, to those who ask rightly. */
export class Google {
  /** What was asked, in order. */
  readonly asked: Asked[] = []
  /** Answers that come before the right ones. */
  readonly queue: (Answered | 'cut')[] = []
  lifeSeconds = 3600
  /** Held answers wait for it. */
  gate: Promise<void> | undefined
  readonly #server: Server
  #tokens = 0

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', chunk => chunks.push(chunk as Buffer))
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString()
        const asked = {
          path: request.url ?? '',
          method: request.method ?? '',
          headers: request.headers,
          form: Object.fromEntries(new URLSearchParams(body)),
          body,
        }
        this.asked.push(asked)
        void Promise.resolve(this.gate).then(() => {
          const answer = this.queue.shift() ?? this.#answer(asked)
          if (answer === 'cut') return request.socket.destroy()
          const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {})
          response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' }).end(text)
        })
      })
    })
  }

  static async start(): Promise<Google> {
    const google = new Google()
    google.#server.listen(0, '127.0.0.1')
    await once(google.#server, 'listening')
    return google
  }

  get host(): string {
    return `127.0.0.1:${portOf(this.#server)}`
  }

  get tokenUrl(): string {
    return `http://${this.host}/token`
  }

  async close(): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }

  #answer(asked: Asked): Answered {
    const refusal = asked.path.startsWith('/computeMetadata/')
      ? metadataRefusal(asked)
      : asked.path === '/token'
        ? this.#tokenRefusal(asked)
        : asked.path === '/impersonate'
          ? undefined
          : { status: 404 }
    if (refusal !== undefined) return refusal
    this.#tokens += 1
    if (asked.path === '/impersonate') return { body: { accessToken: `token-${this.#tokens}`, expireTime: new Date(Date.UTC(2026, 0, 1, 1)).toISOString() } }
    return { body: { access_token: `token-${this.#tokens}`, expires_in: this.lifeSeconds, token_type: 'Bearer' } }
  }

  #tokenRefusal({ method, headers, form }: Asked): Answered | undefined {
    if (method !== 'POST' || headers['content-type'] !== 'application/x-www-form-urlencoded') return { status: 400, body: { error: 'invalid_request' } }
    const invalid = (description: string) => ({ status: 400, body: { error: 'invalid_grant', error_description: description } })
    switch (form['grant_type']) {
      case 'urn:ietf:params:oauth:grant-type:jwt-bearer':
        return isSigned(form['assertion'] ?? '', this.tokenUrl) ? undefined : invalid('Invalid JWT Signature.')
      case 'refresh_token':
        return form['refresh_token'] === 'refresh' && form['client_id'] === 'client' && form['client_secret'] === 'secret'
          ? undefined
          : invalid('Token has been expired or revoked.')
      case 'urn:ietf:params:oauth:grant-type:token-exchange':
        return form['subject_token'] === 'subject' ? undefined : invalid('Unknown subject.')
      default:
        return { status: 400, body: { error: 'unsupported_grant_type' } }
    }
  }
}

function metadataRefusal({ path, method, headers }: Asked): Answered | undefined {
  if (headers['metadata-flavor'] !== 'Google') return { status: 403, body: 'Missing Metadata-Flavor:Google header.' }
  return method === 'GET' && path === '/computeMetadata/v1/instance/service-accounts/default/token' ? undefined : { status: 404 }
}

export interface Jwt {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
}

export function jwtOf(assertion: string): Jwt {
  const [header, claims] = assertion.split('.').map(part => Buffer.from(part, 'base64url').toString())
  return { header: JSON.parse(header ?? ''), claims: JSON.parse(claims ?? '') }
}

function isSigned(assertion: string, audience: string): boolean {
  const [header = '', claims = '', signature = ''] = assertion.split('.')
  const isOurs = verify('sha256', Buffer.from(`${header}.${claims}`), publicKey, Buffer.from(signature, 'base64url'))
  return isOurs && jwtOf(assertion).claims['aud'] === audience
}
