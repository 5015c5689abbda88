/** An OpenID Connect issuer on this machine: it publishes its keys, and signs what a test asks for. */

import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTHeaderParameters, type JWTPayload } from 'jose'
import { portOf } from '../../core/testing/port.ts'

export class Issuer {
  readonly url: string
  /** The paths that were asked for. */
  readonly requests: string[] = []
  /** What it says otherwise than an issuer that works; by path. */
  readonly answers = new Map<string, { readonly status?: number; readonly body: string }>()
  /** Awaited before it answers. */
  gate: PromiseLike<void> | undefined
  isDown = false
  readonly #server: Server
  readonly #signing = new Map<string, CryptoKey>()
  #published: JWK[] = []

  private constructor(server: Server) {
    this.#server = server
    this.url = `http://127.0.0.1:${portOf(server)}`
  }

  /** It has the key `first`, of ES256. */
  static async start(): Promise<Issuer> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const issuer = new Issuer(server)
    server.on('request', (request, response) => void issuer.#answer(request.url ?? '', response))
    await issuer.add('first')
    return issuer
  }

  /** Makes a key, and publishes it unless it is secret. */
  async add(kid: string, { alg = 'ES256', isSecret = false }: { readonly alg?: string; readonly isSecret?: boolean } = {}): Promise<void> {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
    this.#signing.set(kid, privateKey)
    if (!isSecret) this.#published.push({ ...(await exportJWK(publicKey)), kid, alg, use: 'sig' })
  }

  withdraw(kid: string): void {
    this.#published = this.#published.filter(key => key.kid !== kid)
  }

  /** The key as it is published: what everybody knows. */
  publicKey(kid: string): JWK {
    return this.#published.find(key => key.kid === kid) ?? {}
  }

  sign(payload: JWTPayload, header: Partial<JWTHeaderParameters> = {}): Promise<string> {
    const { kid = 'first', alg = 'ES256', ...rest } = header
    const key = this.#signing.get(kid)
    if (key === undefined) throw new Error(`the issuer has no key ${kid}`)
    return new SignJWT(payload).setProtectedHeader({ alg, kid, ...rest }).sign(key)
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #answer(path: string, response: ServerResponse): Promise<void> {
    this.requests.push(path)
    await this.gate
    const { status = 200, body } = this.answers.get(path) ?? { body: JSON.stringify(this.#said(path)) }
    response.writeHead(this.isDown ? 503 : status, { 'content-type': 'application/json' }).end(this.isDown ? 'out of order' : body)
  }

  #said(path: string): unknown {
    return path === '/keys' ? { keys: this.#published } : { issuer: this.url, jwks_uri: `${this.url}/keys` }
  }
}
