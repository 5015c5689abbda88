/** The answer to an adapted operation: read whole, and handed on as OpenAI would have spelled it. */

import type { Adaptation } from '../translation/adaptation.ts'
import { HeldBody } from './held-body.ts'
import type { Reading } from './reading.ts'
import { Reply } from '../reply.ts'
import { reportLosses } from '../translation/report-losses.ts'
import { RunningStream } from './running-stream.ts'

export class AdaptedBody extends HeldBody {
  constructor(reading: Reading) {
    const { adaptation } = reading.attempt
    if (adaptation === undefined) throw new TypeError('the attempt adapts nothing')
    super(reading, 'which must be seen whole', answer => adapted(answer, adaptation, reading))
  }
}

function adapted(answer: Buffer, adaptation: Adaptation, { attempt: { target }, exchange, call }: Reading): Reply {
  const { type, body, usage } = adaptation.reply(answer)
  reportLosses(exchange, target.provider, adaptation.losses)
  exchange.readUsageFrom(() => usage)
  const headers = ['Content-Type', type]
  if (type.startsWith('application/json')) {
    const reply = new Reply({ status: 200, headers, body, target })
    return exchange.dialect === undefined ? reply : reply.readAs(exchange.dialect, exchange.operation)
  }
  // What is no document goes by as bytes, so that nobody tries to read it.
  const stream = new RunningStream(call)
  stream.put(body)
  stream.finish()
  return new Reply({ status: 200, headers: [...headers, 'Content-Length', String(body.length)], stream, framing: 'bytes', target })
}
