/** A gateway with the models a, b and c of one provider, and virtual models over them that administrators make. */

import { expect } from 'chai'
import { chatCompletion } from '../../../../core/testing/chat-samples.ts'
import { AdminGateway } from '../../../support/admin.ts'
import { hello, type ServeOptions } from '../../../support/serve.ts'

export class Arms {
  readonly gateway: AdminGateway

  private constructor(gateway: AdminGateway) {
    this.gateway = gateway
  }

  static async start({ config = {}, env = {}, ...options }: ServeOptions = {}): Promise<Arms> {
    const gateway = await AdminGateway.start({
      ...options,
      config: { resilience: { retry: { max_retries: 0 } }, ...config },
      env: { OPENAI_MODELS: 'a,b,c', ...env },
    })
    gateway.served.upstream.always({ body: chatCompletion() })
    return new Arms(gateway)
  }

  /** Makes or changes a virtual model. */
  async put(body: object): Promise<object> {
    const { status, text, json } = await this.gateway.call('PUT', '/virtual-models', { body })
    expect(status, text).to.be.oneOf([200, 204])
    return json
  }

  /** Calls once, and says which models were called. */
  async served(model: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
    const before = this.gateway.served.upstream.requests.length
    const { status, body } = await this.gateway.served.chat({ ...hello, model }, headers)
    const called = this.gateway.served.upstream.requests.slice(before).map(request => (JSON.parse(request.body.toString()) as { model: string }).model)
    return status === 200
      ? called.join(' ')
      : `${called.join(' ')}${called.length > 0 ? ' ' : ''}${(JSON.parse(body.toString()) as { error: { code: string } }).error.code}`
  }

  /** The models of several calls, one after the other. */
  async sequence(
    model: string,
    count: number,
    headers: (call: number) => Readonly<Record<string, string>> = call => ({ 'x-session-id': `session ${call}` }),
  ): Promise<string> {
    const called: string[] = []
    for (let call = 0; call < count; call++) called.push(await this.served(model, headers(call)))
    return called.join(' ')
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.gateway[Symbol.asyncDispose]()
  }
}

/** `a:2 b` are two targets, the first with the weight 2. */
export const targets = (text: string) =>
  text.split(' ').map(target => {
    const [model = '', weight] = target.split(':')
    return { model, ...(weight === undefined ? {} : { weight: Number(weight) }) }
  })
