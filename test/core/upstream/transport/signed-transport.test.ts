import { expect } from 'chai'
import { GatewayError, gatewayError } from '../../../../core/errors.ts'
import { signed } from '../../../../core/upstream/transport/signed-transport.ts'
import type { Transport } from '../../../../core/upstream/transport/transport.ts'

const transport: Transport = {
  send() {
    throw new Error('it left unsigned')
  },
  close: () => Promise.resolve(),
}

const own = gatewayError('upstream_timeout', 'it: the vault is slow', { provider: 'it' })

describe('a call that cannot be signed', () => {
  for (const [why, cause, code, message] of [
    ['something was thrown', new Error('no clock'), 'upstream_unreachable', 'it: no credentials for the call: no clock'],
    ['its type gave an error of its own', own, own.code, own.message],
  ] as const) {
    for (const [when, sign] of [
      [
        'at once',
        () => {
          throw cause
        },
      ],
      ['later', () => Promise.reject(cause)],
    ] as const) {
      it(`does not leave, and its listener hears why: ${why}, ${when}`, async () => {
        const call = { operation: 'models', method: 'GET', path: '/models', headers: [], body: undefined }
        const heard = await new Promise<Error>(resolve => {
          const nothing = () => {}
          signed(transport, { name: 'it', definition: { sign }, settings: { name: 'it', type: 'it' } }).send(call, {
            onHead: nothing,
            onData: nothing,
            onEnd: nothing,
            onError: resolve,
          })
        })
        expect(heard).to.be.instanceOf(GatewayError).and.to.include({ code, message })
      })
    }
  }
})
