import { expect } from 'chai'
import { Readable } from 'node:stream'
import { GatewayError } from '../../../core/errors.ts'
import { defineProvider, type ProviderCall } from '../../../core/plugin/provider.ts'
import { Gate } from '../../../core/testing/gate.ts'
import { ScriptedUpstream } from '../../../core/testing/scripted-upstream.ts'
import { testProviderDeps } from '../../../core/testing/provider-deps.ts'
import { ProviderInstance } from '../../../core/upstream/provider/provider.ts'
import type { OutgoingCall } from '../../../core/upstream/transport/transport.ts'
import { bedrock } from '../../../providers/bedrock/index.ts'
import { real } from '../../../providers/bedrock/deps.ts'

const mebi = Buffer.alloc(1024 * 1024)

describe('an upload to a provider whose signature covers the body', () => {
  let upstream: ScriptedUpstream
  let instance: ProviderInstance
  let signed: (Buffer | undefined)[]
  beforeEach(async () => {
    upstream = await ScriptedUpstream.start()
    upstream.always({ body: 'ok' })
    signed = []
    const { sign, ...aws } = bedrock({ ...real, now: () => 1_700_000_000_000 })
    const definition = defineProvider({
      ...aws,
      sign: (call: ProviderCall, settings) => {
        signed.push(call.body)
        return sign?.(call, settings)
      },
    })
    const variables = { AWS_ACCESS_KEY_ID: 'AK', AWS_SECRET_ACCESS_KEY: 's', AWS_REGION: 'us-east-1' }
    instance = new ProviderInstance(
      { name: 'aws', type: 'bedrock', keys: [], models: [], base_url: new URL(upstream.url).origin, settings: {}, variables, source: 'test' },
      definition,
      testProviderDeps(),
    )
    instance.hold()
  })
  afterEach(async () => {
    await instance.release()
    await upstream.close()
  })

  const call = (more: Partial<OutgoingCall>): OutgoingCall => ({
    operation: 'x',
    method: 'POST',
    path: '/x',
    headers: ['Content-Type', 'text/plain'],
    body: undefined,
    ...more,
  })
  const send = (outgoing: OutgoingCall) =>
    new Promise<string>((resolve, reject) => {
      instance.send(outgoing, {
        onHead: () => {},
        onData: chunk => {
          resolve(chunk.toString())
        },
        onEnd: () => {},
        onError: reject,
      })
    })

  it('is collected, and signed like the same body at once', async () => {
    expect(await send(call({ upload: Readable.from([Buffer.from('one '), Buffer.from('two')]) }))).to.equal('ok')
    expect(await send(call({ body: Buffer.from('one two') }))).to.equal('ok')
    const [flowed, whole] = upstream.requests
    expect([flowed?.body.toString(), whole?.body.toString()]).to.deep.equal(['one two', 'one two'])
    expect(flowed?.headers['authorization'])
      .to.match(/^AWS4-HMAC-SHA256 /)
      .and.to.equal(whole?.headers['authorization'])
    expect(signed.map(String)).to.deep.equal(['one two', 'one two'])
  })

  it('is refused if it is larger than 64 MiB, and its rest is not waited for', async () => {
    const upload = Readable.from(Array.from({ length: 70 }, () => mebi))
    const error: unknown = await send(call({ upload })).catch((cause: unknown) => cause)
    expect(error).to.be.instanceOf(GatewayError).and.to.include({ code: 'body_too_large', status: 413 })
    expect([upload.destroyed, signed, upstream.requests]).to.deep.equal([true, [], []])
  })

  it('is given up with the call', async () => {
    const never = new Gate()
    const upload = Readable.from(
      (async function* () {
        yield mebi
        await never
      })(),
      { objectMode: false },
    )
    const running = instance.send(call({ upload }), {
      onHead: () => {},
      onData: () => {},
      onEnd: () => {},
      onError: () => {
        throw new Error('it was told of')
      },
    })
    running.abort()
    never.open()
    expect(upload.destroyed).to.equal(true)
    expect(signed).to.deep.equal([])
  })
})
