/** The body of a request, past Node's stream and through it. */

import { expect } from 'chai'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readBytes } from '../../../core/http/body.ts'
import { DirectMessage } from '../../../core/http/message.ts'
import { realClock } from '../../../core/gateway/clock.ts'

const limits = { maxBytes: 1000, maxUploadBytes: 0, timeoutMs: 5_000, clock: realClock }

describe('a request that gives its body straight', () => {
  let server: Server
  let read: (request: DirectMessage) => Promise<Buffer>

  beforeEach(done => {
    server = createServer({ IncomingMessage: DirectMessage }, (incoming, response) => {
      read(incoming).then(
        body => response.end(body),
        (cause: Error) => response.end(cause.message),
      )
    }).listen(0, '127.0.0.1', done)
  })
  afterEach(done => {
    server.close(done)
    server.closeAllConnections()
  })

  function post(...pieces: readonly string[]): Promise<string> {
    const { port } = server.address() as AddressInfo
    return new Promise((resolve, reject) => {
      const sent = request({ port, host: '127.0.0.1', method: 'POST' }, reply => {
        let text = ''
        reply
          .setEncoding('utf8')
          .on('data', (piece: string) => {
            text += piece
          })
          .on('end', () => resolve(text))
      }).on('error', reject)
      for (const piece of pieces) sent.write(piece)
      sent.end()
    })
  }

  it('reads a body that is asked for at once', async () => {
    read = incoming => readBytes(incoming, limits, false)
    expect(await post('{"a"', ':1}')).to.equal('{"a":1}')
  })

  it('reads one that is asked for when it is there already', async () => {
    read = async incoming => {
      await new Promise(resolve => setImmediate(resolve))
      return await readBytes(incoming, limits, false)
    }
    expect(await post('{"a"', ':1}')).to.equal('{"a":1}')
  })

  it('reads an empty body', async () => {
    read = incoming => readBytes(incoming, limits, false)
    expect(await post()).to.equal('')
  })

  it('stops at the limit, and lets the rest go by', async () => {
    read = incoming => readBytes(incoming, limits, false)
    expect(await post('x'.repeat(800), 'y'.repeat(800))).to.contain('larger than 1000 bytes')
  })

  it('leaves a body alone that nobody asks for', async () => {
    read = () => Promise.resolve(Buffer.from('unread'))
    expect(await post('x'.repeat(500))).to.equal('unread')
  })
})
