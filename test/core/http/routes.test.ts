import { expect } from 'chai'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { buildRoutes } from '../../../core/http/routes.ts'
import type { Plan } from '../../../core/pipeline/plan/plan.ts'

describe('the routes', () => {
  const codes: readonly [code: string, isPrinted: boolean][] = [
    ['ECONNRESET', false],
    ['EPIPE', false],
    ['EWHATEVER', true],
  ]
  for (const [code, isPrinted] of codes) {
    it(`print ${isPrinted ? 'what else a socket fails with' : `nothing of a caller who left (${code})`}`, async () => {
      const printed: unknown[] = []
      const { error } = console
      console.error = (...said: unknown[]) => {
        printed.push(said)
      }
      const plan = {} as Plan
      const server = createServer(
        buildRoutes([{ method: 'GET', path: '/a/:id', plan }], plan, ({ socket }) => {
          socket.destroy(Object.assign(new Error('it broke'), { code }))
        }).route,
      )
      try {
        server.listen(0, '127.0.0.1')
        await once(server, 'listening')
        const caller = connect((server.address() as AddressInfo).port, '127.0.0.1')
        caller.on('error', () => {})
        caller.write('GET /a/1 HTTP/1.1\r\nHost: x\r\n\r\n')
        caller.resume()
        await once(caller, 'close')
      } finally {
        console.error = error
        server.close()
      }
      expect(printed.length > 0).to.equal(isPrinted)
    })
  }
})
