/** A chat call, as the gateway knows it when it is over. */

import type { Exchange } from '../../../core/index.ts'
import { hello, type Served } from '../../support/serve.ts'

export async function endedChat(served: Served, headers: Readonly<Record<string, string>>, body: object = hello): Promise<Exchange> {
  const { completions } = served
  const next = completions.ended(completions.all.length + 1)
  await served.chat(body, headers)
  return await next
}
