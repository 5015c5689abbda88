/** The yardstick: a plain Node server that relays with undici's `dispatch` and writes each chunk as it comes. `node bare.ts <upstream> [port]` */

import { createServer, type ServerResponse } from 'node:http'
import { Pool, type Dispatcher } from 'undici'
import { portOf } from '../../core/testing/port.ts'

const [upstream = '', port = '0'] = process.argv.slice(2)
const pool = new Pool(new URL(upstream).origin)

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', chunk => chunks.push(chunk))
  request.on('end', () => {
    const headers = { 'content-type': request.headers['content-type'] ?? 'application/json' }
    pool.dispatch({ path: request.url ?? '/', method: 'POST', headers, body: Buffer.concat(chunks) }, relayTo(response))
  })
})

server.listen(Number(port), '127.0.0.1', () => console.log(`listening on ${portOf(server)}`))

function relayTo(response: ServerResponse): Dispatcher.DispatchHandler {
  return {
    onRequestStart() {},
    onResponseStart(_, status, headers) {
      response.writeHead(status, { 'content-type': String(headers['content-type']) })
    },
    onResponseData(_, chunk) {
      response.write(chunk)
    },
    onResponseEnd() {
      response.end()
    },
    onResponseError() {
      if (!response.headersSent) response.writeHead(502)
      response.end()
    },
  }
}
