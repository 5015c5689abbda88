/** A body that nobody reads: its bytes go by as they come (passthrough). */

import type { GatewayError } from '../../errors.ts'
import { Reply } from '../reply.ts'
import { statusFailure } from '../failure.ts'
import { isRequestId, namedByConnection, staysUpstream } from '../headers/header-names.ts'
import { RunningStream } from './running-stream.ts'
import type { BodyReader, Reading } from './reading.ts'
import type { ReplyHeaders } from '../transport/transport.ts'

/** Of AWS; its clients read it under its own name as well. */
const amazonId = 'x-amzn-requestid'

export class RawBody implements BodyReader {
  readonly flows = true
  readonly #stream: RunningStream

  constructor(reading: Reading) {
    const { status, headers, attempt, call, settle, exchange } = reading
    this.#stream = new RunningStream(call)
    const reply = new Reply({ status, headers: endToEnd(headers), stream: this.#stream, framing: 'bytes', target: attempt.target })
    settle(status < 400 ? reply : { ...statusFailure(attempt.target.provider.name, { status, headers, body: Buffer.alloc(0) }, exchange.clock.now()), reply })
  }

  data(chunk: Buffer): void {
    this.#stream.put(chunk)
  }

  end(): void {
    this.#stream.finish()
  }

  broken(error: GatewayError): void {
    this.#stream.finish(error)
  }
}

/** The reply's own headers, flat; its request ids under a name that does not hide the gateway's. @param goes whether one of that name is among them */
export function endToEnd(headers: ReplyHeaders, goes: (name: string) => boolean = always): string[] {
  const listed = namedByConnection(headers)
  const flat: string[] = []
  for (const name in headers) {
    const value = headers[name]
    if (value === undefined || staysUpstream(name) || !goes(name) || listed.has(name)) continue
    // Said under both names, as a gateway like this one does.
    if (name === 'x-request-id' && headers['request-id'] === value) continue
    const sent = isRequestId(name) ? 'x-upstream-request-id' : name
    if (typeof value === 'string') flat.push(sent, value)
    else for (const one of value) flat.push(sent, one)
    if (name === amazonId) flat.push('x-upstream-request-id', String(value))
  }
  return flat
}

const always = () => true
