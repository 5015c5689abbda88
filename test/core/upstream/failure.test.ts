import { expect } from 'chai'
import { errorEnvelope, GatewayError } from '../../../core/errors.ts'
import { faultFailure, statusFailure } from '../../../core/upstream/failure.ts'
import { KeyRing } from '../../../core/upstream/provider/keys.ts'
import { retryAfter } from '../../../core/upstream/retry-after.ts'
import type { ReplyHeaders } from '../../../core/upstream/transport/transport.ts'

const now = Date.UTC(2026, 0, 1)

describe('the wait that a provider asks for', () => {
  for (const [headers, ms] of [
    [{}, undefined],
    [{ 'retry-after': '3' }, 3_000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after': '-1' }, 0],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:10 GMT' }, 10_000],
    [{ 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }, 0],
    [{ 'retry-after-ms': '250', 'retry-after': '3' }, 250],
    [{ 'retry-after-ms': 'x', 'retry-after': '3' }, 3_000],
  ] as const) {
    it(`of ${JSON.stringify(headers)} is ${ms === undefined ? 'none' : `${ms} ms`}`, () => {
      expect(retryAfter(headers, now)).to.equal(ms)
    })
  }
})

describe('the wait that a caller is told', () => {
  for (const [headers, told] of [
    [{ 'retry-after': '3' }, ['retry-after', '3']],
    [{ 'retry-after': '1.5' }, ['retry-after', '2']],
    [{ 'retry-after': '-1' }, ['retry-after', '0']],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:10 GMT' }, ['retry-after', '10']],
    [{ 'retry-after': 'soon' }, []],
    [{ 'retry-after-ms': '250' }, ['retry-after-ms', '250']],
    [{ 'retry-after-ms': '250', 'retry-after': '0.3' }, ['retry-after', '1', 'retry-after-ms', '250']],
  ] as const) {
    it(`of ${JSON.stringify(headers)} is ${told.length === 0 ? 'none' : told.join(' ')}`, () => {
      expect(refused(429, headers, Buffer.from('m')).error.headers).to.deep.equal(told)
    })
  }
})

describe("the wait inside an error of Google's", () => {
  const failure = (details: unknown, headers = {}) =>
    refused(429, headers, Buffer.from(JSON.stringify([{ error: { code: 429, message: 'm', status: 'RESOURCE_EXHAUSTED', details } }])))
  const wait = (retryDelay: unknown) => [
    { '@type': 'type.googleapis.com/google.rpc.Help' },
    { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay },
  ]

  for (const [details, ms] of [
    [wait('12s'), 12_000],
    [wait('0.5s'), 500],
    [wait('soon'), undefined],
    [wait(12), undefined],
    ['x', undefined],
  ] as const) {
    it(`${JSON.stringify(details)} is ${ms === undefined ? 'none' : `${ms} ms`}`, () => {
      const { retryAfterMs, error } = failure(details) as { retryAfterMs?: number; error: { retryAfterMs?: number } }
      expect([retryAfterMs, error.retryAfterMs]).to.deep.equal([ms, ms])
    })
  }

  it('counts less than the header, which the caller gets as it is', () => {
    const { retryAfterMs, error } = failure(wait('12s'), { 'retry-after': '3' }) as {
      retryAfterMs?: number
      error: { retryAfterMs?: number; headers: readonly string[] }
    }
    expect({ retryAfterMs, own: error.retryAfterMs, headers: error.headers }).to.deep.equal({
      retryAfterMs: 3_000,
      own: undefined,
      headers: ['retry-after', '3'],
    })
  })
})

describe('what a provider says of its failure', () => {
  for (const [name, body, message, code = null, param = null] of [
    ['the usual', '{"error":{"message":"m","code":"c","param":"p"}}', 'm', 'c', 'p'],
    ['a number for a code', '{"error":{"message":"m","code":7}}', 'm', '7'],
    ['a code in the details', '{"error":{"message":"m","details":{"error_code":"c"}}}', 'm', 'c'],
    ['details that are none', '{"error":{"message":"m","details":[{"error_code":"c"}]}}', 'm'],
    ['an error that is a text', '{"error":"m"}', 'm'],
    ['a message alone', '{"message":"m"}', 'm'],
    ['a message in upper case', '{"Message":"m"}', 'm'],
    ['a detail', '{"detail":"m"}', 'm'],
    ['details of a validator', '{"detail":[{"loc":["body","x"],"msg":"bad"},{"loc":["y"],"msg":"worse"}]}', 'body.x: bad; y: worse'],
    ['details below a message', '{"object":"error","message":{"detail":[{"loc":["body","x"],"msg":"bad"}]},"code":null}', 'body.x: bad'],
    ['a list around it', '[{"error":{"message":"m","code":400}}]', 'm', '400'],
    ['what another said', '{"error":{"message":"Provider returned error","metadata":{"raw":"m"}}}', 'm'],
    ["no words, but another's", '{"error":{"message":"","metadata":{"raw":"m"}}}', 'm'],
    ['text', 'just words', 'just words'],
    ['a page', '<!doctype html><style>x</style><p>Bad\n <b>Gateway</b></p>', 'Bad Gateway'],
    ['a page whose style does not end', '<p>Bad Gateway</p><style>x', 'Bad Gateway'],
    ['a page of tags that do not end', '<'.repeat(1_000_000), `${'<'.repeat(4096)}…`],
    ['nothing', '', 'acme answered with status 500'],
    ['null', '{"error":null}', 'acme answered with status 500'],
    ['names that nobody knows', '{"error_code":17,"error_msg":"m"}', '{"error_code":17,"error_msg":"m"}'],
    ['names of prototypes', '{"error":{"message":{"a":1},"code":{},"__proto__":1}}', '{"error":{"message":{"a":1},"code":{},"__proto__":1}}'],
  ] as const) {
    it(`is found in ${name}`, () => {
      const { error } = refused(500, {}, Buffer.from(body))
      expect({ message: error.message, code: error.code, param: error.param }).to.deep.equal({ message, code, param })
    })
  }

  it('has texts of its own that are asked for, without keys', () => {
    const body = Buffer.from('{"error":{"message":"m","made":"with sk-1","other":"x","number":7}}')
    const keys = { hidden: (text: string) => text.replaceAll('sk-1', '[key]') }
    const { error } = refused(400, {}, body, { keys }, ['made', 'number', 'absent'])
    expect(error.further).to.deep.equal({ made: 'with [key]' })
    expect(JSON.parse(errorEnvelope(error.saying('n')).toString())).to.deep.equal({
      error: { type: 'invalid_request_error', message: 'n', param: null, code: null, made: 'with [key]' },
    })
    expect(refused(400, {}, body).error.further).to.deep.equal({})
  })

  it('is found by phrases without regard to case', () => {
    expect(refused(404, {}, Buffer.from('{"error":{"message":"Model NOT Found"}}')).text).to.equal('model not found')
  })

  for (const [status, seen] of [
    [400, 400],
    [599, 599],
    [302, 502],
    [101, 502],
    [700, 502],
  ] as const) {
    it(`with status ${status} is ${seen} to the caller`, () => expect(refused(status, {}, Buffer.from('')).error.status).to.equal(seen))
  }

  for (const [name, headers, body, code] of [
    ['a header of AWS', { 'x-amzn-errortype': 'ThrottlingException:http://internal.amazon.com/x/' }, '{"message":"m"}', 'ThrottlingException'],
    ['a body of AWS', {}, '{"__type":"com.amazon.coral#ValidationException","Message":"m"}', 'ValidationException'],
    ['a header, though the body says it too', { 'x-amzn-errortype': 'A' }, '{"__type":"B","message":"m"}', 'A'],
    ['a header of AWS, beside plain text', { 'x-amzn-errortype': 'A:x' }, 'm', 'A'],
  ] as const) {
    it(`has the type that ${name} names as its code`, () => {
      const { error } = refused(400, headers, Buffer.from(body))
      expect([error.code, error.message]).to.deep.equal([code, 'm'])
    })
  }

  for (const [status, code] of [
    [400, null],
    [599, null],
    [302, 'bad_upstream_response'],
    [700, 'bad_upstream_response'],
  ] as const) {
    it(`with status ${status} and no words has the code ${code}`, () => expect(refused(status, {}, Buffer.from('')).error.code).to.equal(code))
  }

  for (const [name, message, shown] of [
    ['its key', 'no key sk-first-one', 'no key <redacted>'],
    ['several keys', 'sk-first-one, sk-second-one; sk-first-one', '<redacted>, <redacted>; <redacted>'],
    ['a key that is a common word', 'no such thing', 'no such thing'],
  ] as const) {
    it(`is shown without ${name}`, () => {
      const keys = new KeyRing(['sk-first-one', 'sk-second-one', 'such'])
      const { error, text } = refused(400, {}, Buffer.from(JSON.stringify({ error: { message } })), { keys })
      expect([error.message, text]).to.deep.equal([shown, shown])
    })
  }

  it('has the status that the vendor means', () => {
    const { status, error } = refused(498, {}, Buffer.from('{"message":"bad token"}'), { definition: { statuses: { 498: 401 } } })
    expect([status, error.status, error.message]).to.deep.equal([401, 401, "acme refused the gateway's credential: bad token"])
  })

  it("is told in better words where the vendor's do not suffice", () => {
    const explain = ({ status, message }: { status: number; message: string }) => (message === 'why' ? `${status}, because` : undefined)
    const message = (text: string) => refused(400, {}, Buffer.from(`{"message":"${text}"}`), { definition: { explain } }).error.message
    expect([message('why'), message('so')]).to.deep.equal(['400, because', 'so'])
  })

  describe("in a format of the vendor's own", () => {
    const errorOf = (body: unknown) => {
      const { fault } = body as { fault?: { kind?: string; detail: string; field?: string } }
      if (fault === undefined) return undefined
      if (fault.detail === 'throw') throw new Error('not to be read')
      return { message: fault.detail, code: fault.kind, param: fault.field }
    }
    for (const [name, body, message, code, param = null] of [
      ['has its words, its code, and what is at fault', '{"fault":{"kind":"SHAPE","detail":"m","field":"heat"}}', 'm', 'SHAPE', 'heat'],
      ['has what else is said in a usual place', '{"code":"7","fault":{"detail":"m"}}', 'm', '7'],
      ['is read as usual where it is not that format', '{"error":{"message":"m","code":"c","param":"p"}}', 'm', 'c', 'p'],
      ['is read as usual where it is no JSON', 'just words', 'just words', null],
      ['is read as usual where it cannot be read', '{"message":"m","fault":{"detail":"throw"}}', 'm', null],
      ['is read as usual where the type gives something else', '{"message":"m","fault":{"detail":7}}', 'm', null],
    ] as const) {
      it(name, () => {
        const { error } = refused(400, {}, Buffer.from(body), { definition: { errorOf } })
        expect({ message: error.message, code: error.code, param: error.param }).to.deep.equal({ message, code, param })
        expect(error.cause === undefined).to.equal(!/throw|7}/.test(body))
      })
    }

    it('is explained as it was read', () => {
      const explain = ({ code, message }: { code: string | null; message: string }) => `${code}: ${message}`
      expect(refused(400, {}, Buffer.from('{"fault":{"kind":"K","detail":"m"}}'), { definition: { errorOf, explain } }).error.message).to.equal('K: m')
    })
  })

  it('keeps the time that the provider says', () => {
    expect(refused(403, { date: 'Sat, 21 Nov 2026 04:00:00 GMT' }, Buffer.from('')).date).to.equal('Sat, 21 Nov 2026 04:00:00 GMT')
  })
})

describe('an error inside a reply of status 200', () => {
  const fault = (status: number, message: string) =>
    faultFailure(
      new GatewayError('c', message, {
        status,
        provider: 'acme',
        param: 'p',
        retryAfterMs: 7,
        shouldRetry: false,
        type: 't',
        further: { made: 'x' },
        headers: ['a', 'b'],
        cause: 'why',
      }),
      { keys: new KeyRing(['sk-first-one']) },
    )

  for (const [name, status, message, told] of [
    ["that refuses the gateway's key is not taken for one that refuses the caller's", 401, 'bad token', "acme refused the gateway's credential: bad token"],
    ['is shown without the key', 400, 'no key sk-first-one', 'no key <redacted>'],
    ['is shown as it is otherwise', 400, 'no such model', 'no such model'],
  ] as const) {
    it(name, () => {
      const failure = fault(status, message)
      const { error } = failure
      expect({ ...failure, error: undefined }).to.deep.equal({ kind: 'status', status, text: told.toLowerCase(), error: undefined })
      expect({ ...error, message: error.message, type: error.type, cause: error.cause }).to.deep.equal({
        name: 'GatewayError',
        code: 'c',
        status,
        param: 'p',
        retryAfterMs: 7,
        shouldRetry: false,
        provider: 'acme',
        further: { made: 'x' },
        headers: ['a', 'b'],
        message: told,
        type: 't',
        cause: 'why',
      })
    })
  }
})

function refused(status: number, headers: ReplyHeaders, body: Buffer, refuser?: Parameters<typeof statusFailure>[3], members?: readonly string[]) {
  return statusFailure('acme', { status, headers, body, members }, now, refuser)
}
