/** One call to an endpoint, once it is checked: what its handler works with. */

import { Readable } from 'node:stream'
import { Reply, type AdminCall, type AdminEndpoint, type AdminScope, type Exchange } from '../../core/index.ts'
import { flowing } from '../shared/flowing.ts'
import { confine } from './access.ts'
import { checkMatch } from './answer.ts'
import { timeZoneOf } from './time-zone.ts'

export interface CheckedFacts {
  readonly endpoint: AdminEndpoint
  readonly scope: AdminScope
  readonly params: AdminCall['params']
  readonly query: AdminCall['query']
  readonly body: unknown
}

export class CheckedCall implements AdminCall {
  readonly exchange: Exchange
  readonly endpoint: AdminEndpoint
  readonly scope: AdminScope
  readonly params: AdminCall['params']
  readonly query: AdminCall['query']
  readonly body: unknown
  readonly timeZone: string
  before: unknown
  after: unknown

  constructor(exchange: Exchange, { endpoint, scope, params, query, body }: CheckedFacts) {
    this.exchange = exchange
    this.endpoint = endpoint
    this.scope = scope
    this.params = params
    this.query = query
    this.body = body
    this.timeZone = timeZoneOf(exchange)
  }

  // Handlers may take these apart from the call.
  readonly confine = (path: string | undefined): string => confine(this.scope, path)

  readonly ifMatch = (...current: readonly unknown[]): void => checkMatch(this.exchange, current)

  readonly changed = (before: unknown, after: unknown): void => {
    this.before = before
    this.after = after
  }

  readonly reply = ({ status = 200, headers = [], body }: Parameters<AdminCall['reply']>[0]): Reply => {
    if (Buffer.isBuffer(body)) return new Reply({ status, headers, body })
    const failed = (cause: unknown) => this.exchange.log.error({ err: cause, path: this.endpoint.path }, 'an answer of the admin API broke off')
    return new Reply({ status, headers, stream: flowing(Readable.from(body).on('error', failed)) })
  }
}
