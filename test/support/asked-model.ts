/** The gateway's own pipelines as a plugin sees them that asks a model: the model answers as a test wants it. */

import { chatCompletion, errorBody, type CompletionSample } from '../../core/testing/chat-samples.ts'
import { GatewayError } from '../../core/errors.ts'
import type { InnerCall, Pipelines } from '../../core/services/pipelines.ts'

export interface Asked extends Omit<InnerCall, 'body'> {
  readonly body: {
    readonly model: string
    readonly messages: readonly { readonly role: string; readonly content: string }[]
    readonly [member: string]: unknown
  }
}

export class AnsweringModel {
  readonly calls: Asked[] = []
  readonly #answer: (text: string) => CompletionSample | number | GatewayError

  /** @param answer to the text that the model is asked about; a number is the status of a failure */
  constructor(answer: (text: string) => CompletionSample | number | GatewayError) {
    this.#answer = answer
  }

  /** The texts that it was asked about. */
  get texts(): readonly (string | undefined)[] {
    return this.calls.map(({ body }) => body.messages[1]?.content)
  }

  get services(): { readonly pipelines: Pipelines } {
    return { pipelines: { call: (request: InnerCall) => Promise.resolve(this.#call(request)) } as Pipelines }
  }

  #call(request: InnerCall) {
    const body = JSON.parse(request.body?.toString() ?? '') as Asked['body']
    this.calls.push({ ...request, body })
    const said = this.#answer(body.messages[1]?.content ?? '')
    if (said instanceof GatewayError)
      return { requestId: 'inner', status: said.status, headers: {}, body: Buffer.from(JSON.stringify(errorBody(said.message))), error: said }
    const [status, answer] = typeof said === 'number' ? [said, errorBody('It failed')] : [200, chatCompletion(said)]
    return { requestId: 'inner', status, headers: {}, body: Buffer.from(JSON.stringify(answer)) }
  }
}
