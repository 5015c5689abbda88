import { expect } from 'chai'
import { fanOut } from '../../../../core/upstream/transport/fan-out.ts'
import type { OutgoingCall, ReplyListener } from '../../../../core/upstream/transport/transport.ts'

const call: OutgoingCall = { operation: 'embeddings', method: 'POST', path: '/embeddings', headers: [], body: Buffer.from('1'), further: [Buffer.from('2')] }

describe('one of several calls that breaks', () => {
  const heard = (play: (listeners: readonly ReplyListener[]) => void) => {
    const said: string[] = []
    const listeners: ReplyListener[] = []
    const send = (_call: OutgoingCall, listener: ReplyListener) => {
      listeners.push(listener)
      return {
        pause() {},
        resume() {},
        abort() {
          said.push('abort')
        },
      }
    }
    fanOut(send, call, {
      onHead: status => said.push(`head ${status}`),
      onData: chunk => said.push(`data ${chunk.toString()}`),
      onEnd: () => said.push('end'),
      onError: cause => said.push(cause.message),
    })
    play(listeners)
    return said
  }

  it('before its answer began is an answer that never began', () => {
    expect(heard(([first]) => first?.onError(new Error('reset')))).to.deep.equal(['abort', 'abort', 'reset'])
  })

  it('amid its answer is an answer that broke off', () => {
    expect(
      heard(([, second]) => {
        second?.onHead(200, {})
        second?.onError(new Error('reset'))
      }),
    ).to.deep.equal(['abort', 'abort', 'head 200', 'reset'])
  })

  it('amid its refusal is refused with what came of it', () => {
    expect(
      heard(([first]) => {
        first?.onHead(429, {})
        first?.onData(Buffer.from('slow'))
        first?.onError(new Error('reset'))
      }),
    ).to.deep.equal(['abort', 'abort', 'head 429', 'data slow', 'end'])
  })
})
