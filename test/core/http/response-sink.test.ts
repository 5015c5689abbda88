import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import { NodeOutlet } from '../../../core/http/node-outlet.ts'
import { ResponseSink } from '../../../core/http/response-sink.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { portOf } from '../../../core/testing/port.ts'

/** A caller who asks, and reads nothing. */
async function asked(run: (response: ServerResponse) => Promise<void>): Promise<void> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const caller = connect(portOf(server), '127.0.0.1')
    .pause()
    .on('error', () => {})
  caller.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  const [, response] = (await once(server, 'request')) as [unknown, ServerResponse]
  await run(response)
  caller.destroy()
  server.close()
}

describe('a reply that is there to its end', () => {
  it('is given up when its caller takes nothing of it for too long', () =>
    asked(async response => {
      const sink = new ResponseSink(new NodeOutlet(response, new TurnedClock()), 60_000)
      sink.head(200, [])
      sink.end(Buffer.alloc(64 << 20))
      await turn()
      expect(response.socket?.timeout).to.equal(60_000)
      const closed = once(response, 'close')
      response.socket?.emit('timeout')
      await closed
      expect(response.writableFinished).to.equal(false)
    }))

  for (const [name, stallMs, bytes] of [
    ['its caller has taken already', 60_000, 1],
    ['it may take for ever', 0, 64 << 20],
  ] as const)
    it(`is not given up if ${name}`, () =>
      asked(async response => {
        const sink = new ResponseSink(new NodeOutlet(response, new TurnedClock()), stallMs)
        sink.head(200, [])
        sink.end(Buffer.alloc(bytes))
        await turn()
        expect(response.socket?.timeout ?? 0).to.not.equal(60_000)
      }))
})
