/** What the gateway reads of native requests and replies, and what it writes itself. */

import { expect } from 'chai'
import { JsonDocument } from '../../../../core/document/document.ts'
import { GatewayError, gatewayError } from '../../../../core/errors.ts'
import dialect from '../../../../plugins/dialects/anthropic-messages/index.ts'

const parse = (value: object | string) => JsonDocument.parse(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)))
const body = { model: 'm', max_tokens: 1, messages: [{ role: 'user', content: 'u' }] }

function refused(value: object, operation = 'messages'): GatewayError | undefined {
  try {
    dialect.validate(parse(value), operation)
    return undefined
  } catch (cause) {
    return cause as GatewayError
  }
}

describe('anthropic-messages', () => {
  describe('validate', () => {
    for (const [what, value, code, param] of [
      ['no model', { ...body, model: undefined }, 'missing_required_parameter', 'model'],
      ['a blank model', { ...body, model: ' ' }, 'missing_required_parameter', 'model'],
      ['a model that is no string', { ...body, model: 7 }, 'invalid_type', 'model'],
      ['no max_tokens', { ...body, max_tokens: undefined }, 'missing_required_parameter', 'max_tokens'],
      ['max_tokens that is null', { ...body, max_tokens: null }, 'missing_required_parameter', 'max_tokens'],
      ['max_tokens that is a string', { ...body, max_tokens: '9' }, 'invalid_type', 'max_tokens'],
      ['max_tokens of 0', { ...body, max_tokens: 0 }, 'invalid_value', 'max_tokens'],
      ['a part of a token', { ...body, max_tokens: 1.5 }, 'invalid_value', 'max_tokens'],
      ['no messages', { ...body, messages: undefined }, 'missing_required_parameter', 'messages'],
      ['messages that are none', { ...body, messages: 'hi' }, 'invalid_type', 'messages'],
      ['empty messages', { ...body, messages: [] }, 'invalid_value', 'messages'],
      ['empty messages that begin a thread', { ...body, messages: [], thread: { type: 'create' } }, 'invalid_value', 'messages'],
      ['empty messages where thread is no object', { ...body, messages: [], thread: 'continue' }, 'invalid_value', 'messages'],
      ['messages that are none, on a thread', { ...body, messages: 'hi', thread: { type: 'continue' } }, 'invalid_type', 'messages'],
      ['a stream that is no boolean', { ...body, stream: 'yes' }, 'invalid_type', 'stream'],
    ] as const)
      it(`refuses ${what}`, () => {
        const error = refused(value)
        expect([error?.code, error?.param, error?.status]).to.deep.equal([code, param, 400])
      })

    it('takes empty messages that go on with a thread, as where a turn paused', () => {
      expect(refused({ ...body, messages: [], thread: { type: 'continue', previous_message_id: 'msg_1' } })).to.equal(undefined)
    })

    it('takes everything else, and a count without max_tokens', () => {
      expect(refused({ ...body, stream: null, system: 7, unknown: {} })).to.equal(undefined)
      expect(refused({ ...body, max_tokens: undefined }, 'count_tokens')).to.equal(undefined)
      expect(refused({ ...body, model: undefined }, 'count_tokens')?.param).to.equal('model')
    })
  })

  it('always tells the usage of a stream', () => {
    const document = parse(body)
    dialect.askForUsage(document)
    expect([dialect.asksForUsage(document), document.edited]).to.deep.equal([true, false])
  })

  it('reads usage: the prompt with what the cache read and wrote', () => {
    const usage = {
      input_tokens: 10,
      cache_read_input_tokens: 90,
      cache_creation_input_tokens: 5,
      cache_creation: { ephemeral_5m_input_tokens: 2, ephemeral_1h_input_tokens: 3 },
      output_tokens: 40,
      output_tokens_details: { thinking_tokens: 22 },
    }
    expect(dialect.usage(parse({ usage }))).to.deep.equal({
      inputTokens: 105,
      outputTokens: 40,
      cachedTokens: 90,
      cacheWriteTokens: 5,
      cacheWrite5mTokens: 2,
      cacheWrite1hTokens: 3,
      reasoningTokens: 22,
    })
    expect(dialect.usage(parse({ usage: { input_tokens: 3, output_tokens: 2, cache_read_input_tokens: null } }))).to.deep.equal({
      inputTokens: 3,
      outputTokens: 2,
    })
    expect(dialect.usage(parse({}))).to.equal(undefined)
  })

  describe('fault', () => {
    const fault = (value: object | string, operation = 'messages') => dialect.fault(parse(value), operation, 'acme')

    for (const [type, status] of [
      ['invalid_request_error', 400],
      ['authentication_error', 401],
      ['billing_error', 402],
      ['permission_error', 403],
      ['not_found_error', 404],
      ['conflict_error', 409],
      ['request_too_large', 413],
      ['rate_limit_error', 429],
      ['api_error', 500],
      ['timeout_error', 504],
      ['overloaded_error', 529],
      ['new_error', 502],
    ] as const)
      it(`is a ${status} for ${type}`, () => {
        expect(fault({ type: 'error', error: { type, message: 'no' } })).to.deep.include({ status, message: 'no', code: null, provider: 'acme' })
      })

    it('gives a prompt that is too long its code', () => {
      expect(fault({ type: 'error', error: { type: 'invalid_request_error', message: 'prompt is too long: 210000 tokens > 200000 maximum' } })?.code).to.equal(
        'context_length_exceeded',
      )
    })

    it('is there for a reply without content', () => {
      expect(fault('7')?.code).to.equal('bad_upstream_response')
      expect(fault({})?.code).to.equal('bad_upstream_response')
      expect(fault({}, 'count_tokens')?.code).to.equal('bad_upstream_response')
    })

    it('is not there for a message, empty ones too, and a count', () => {
      expect([fault({ content: [] }), fault({ content: [], error: null }), fault({ input_tokens: 3 }, 'count_tokens')]).to.deep.equal([
        undefined,
        undefined,
        undefined,
      ])
    })
  })

  it('writes an answer of the policy', () => {
    const body = dialect.answer({ operation: 'messages', id: 'chatcmpl-7', model: 'm', created: 1, text: 'no' })
    expect(JSON.parse(String(body))).to.deep.equal({
      id: 'msg_7',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [{ type: 'text', text: 'no' }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 0, cache_read_input_tokens: 0, cache_creation_input_tokens: 0, output_tokens: 0 },
    })
  })

  describe('error', () => {
    for (const [status, type] of [
      [400, 'invalid_request_error'],
      [401, 'authentication_error'],
      [402, 'billing_error'],
      [403, 'permission_error'],
      [404, 'not_found_error'],
      [405, 'invalid_request_error'],
      [408, 'timeout_error'],
      [409, 'conflict_error'],
      [412, 'invalid_request_error'],
      [413, 'request_too_large'],
      [415, 'invalid_request_error'],
      [422, 'invalid_request_error'],
      [426, 'invalid_request_error'],
      [429, 'rate_limit_error'],
      [500, 'api_error'],
      [501, 'invalid_request_error'],
      [502, 'api_error'],
      [503, 'overloaded_error'],
      [504, 'timeout_error'],
      [529, 'overloaded_error'],
    ] as const)
      it(`is ${type} for ${status}`, () => {
        expect(JSON.parse(dialect.error(new GatewayError(null, 'no', { status }), 'r').toString())).to.deep.equal({
          type: 'error',
          error: { type, message: 'no' },
          request_id: 'r',
        })
      })

    it('is api_error for 501 of a provider', () => {
      expect(JSON.parse(dialect.error(new GatewayError(null, 'no', { status: 501, provider: 'acme' }), 'r').toString())).to.have.nested.property(
        'error.type',
        'api_error',
      )
    })

    it('has the code, if there is one', () => {
      expect(JSON.parse(dialect.error(gatewayError('model_not_found', 'no', { param: 'model' }), 'r').toString())).to.deep.equal({
        type: 'error',
        error: { type: 'invalid_request_error', message: 'no', details: { error_code: 'model_not_found' } },
        request_id: 'r',
      })
    })
  })
})
