/** The real pgvector for tests, in this process and behind a port; or the tester's by `TAPLINE_TEST_PGVECTOR_URL`. */

import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'

export class Pgvector {
  readonly url: string
  readonly #server: PGLiteSocketServer | undefined

  private constructor(url: string, server?: PGLiteSocketServer) {
    this.url = url
    this.#server = server
  }

  static async start(): Promise<Pgvector> {
    const own = process.env['TAPLINE_TEST_PGVECTOR_URL']
    return own === undefined ? await Pgvector.startAt(0) : new Pgvector(own)
  }

  /** One of one's own. @param port 0 is a free one */
  static async startAt(port: number): Promise<Pgvector> {
    const db = await PGlite.create({ extensions: { vector } })
    const server = new PGLiteSocketServer({ db, host: '127.0.0.1', port, maxConnections: 100 })
    await server.start()
    return new Pgvector(`postgresql://postgres:postgres@${server.getServerConn()}/postgres`, server)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async stop(): Promise<void> {
    await this.#server?.stop()
    await this.#server?.db.close()
  }
}
