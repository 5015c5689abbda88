/** A whole answer of the gateway, and what every refusal must look like. */

import { expect } from 'chai'
import type { IncomingHttpHeaders } from 'node:http'
import { codes, errorType, type Code } from '../../core/errors.ts'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export interface ExpectedError {
  readonly code: string | null
  /** That of the table of codes by default. */
  readonly status?: number
  readonly type?: string
  readonly param?: string | null
  readonly message?: string | RegExp
}

interface Envelope {
  readonly error: { readonly type: string; readonly message: string; readonly param: string | null; readonly code: string | null }
}

/** Checks an error to its last member: status, envelope, both request ids. */
export function expectError(answer: Answer, expected: ExpectedError): void {
  const { status = expected.code === null ? 0 : codes[expected.code as Code].status } = expected
  expect(answer.status, answer.body.toString()).to.equal(status)
  expectIds(answer)
  expect(answer.headers['content-type']).to.equal('application/json')
  const { error, ...rest } = JSON.parse(answer.body.toString()) as Envelope
  expect(rest).to.deep.equal({})
  expect(error).to.have.all.keys('type', 'message', 'param', 'code')
  expect(error.code).to.equal(expected.code)
  expect(error.type).to.equal(expected.type ?? errorType(status))
  if (expected.param !== undefined) expect(error.param).to.equal(expected.param)
  if (typeof expected.message === 'string') expect(error.message).to.equal(expected.message)
  else if (expected.message !== undefined) expect(error.message).to.match(expected.message)
  expect(error.message).to.not.match(/sk-|\bat .*\.ts:|<html/i)
  if (status === 401) expect(answer.headers['www-authenticate']).to.equal('Bearer')
}

/** Both request ids are there, and the same. */
export function expectIds({ headers }: Pick<Answer, 'headers'>): void {
  expect(headers['x-request-id']).to.be.a('string').that.is.not.empty
  expect(headers['request-id']).to.equal(headers['x-request-id'])
}

/** The events of a stream, each without its blank line. */
export function eventsOf({ body }: Pick<Answer, 'body'>): string[] {
  return body
    .toString()
    .split('\n\n')
    .filter(event => event !== '')
}
