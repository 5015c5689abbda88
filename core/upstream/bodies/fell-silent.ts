/** A stream that its provider left off amid: to a caller who has begun to read it is incomplete, to any other it is a timeout. */

import { GatewayError, gatewayError } from '../../errors.ts'

export class FellSilent extends GatewayError {
  constructor(provider: string, idleMs: number) {
    super('stream_incomplete', `${provider} sent nothing for ${idleMs / 1000} s`, { status: 502, provider })
  }

  /** The same, said in place of an answer. */
  ofAnswer(): GatewayError {
    const { message, provider = '' } = this
    return gatewayError('upstream_timeout', message, { provider, cause: this })
  }
}
