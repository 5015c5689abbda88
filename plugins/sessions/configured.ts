/** The headers that the operator names for sessions, beside those that known clients send. */

import type { OptionsOf } from '../../core/index.ts'
import { untouchable } from '../../core/upstream/headers/header-names.ts'
import { numberedHeaders, type NumberedHeader } from '../../core/upstream/headers/numbered-headers.ts'
import type { schema } from './schema.ts'

type Options = Pick<OptionsOf<typeof schema>, 'headers' | 'header_variables'>
export type SessionHeader = Options['headers'][number]

/** Variables stand in the place of what the file says of the same header. @throws Error */
export function configuredHeaders({ headers, header_variables: variables }: Options): readonly SessionHeader[] {
  headers.forEach(({ header }, index) => refuseCredentials(header, `session.headers[${index}]`))
  const varied = numberedHeaders('SESSION_HEADER_', variables, ['_TRANSFORM']).map(read)
  return [...new Map([...headers, ...varied].map(header => [header.header.toLowerCase(), header])).values()]
}

function read({ variable, header, of }: NumberedHeader): SessionHeader {
  refuseCredentials(header, variable)
  const transform = of('_TRANSFORM')?.trim() ?? ''
  if (transform === '') return { header }
  if (transform !== 'session-uuid') throw new Error(`${variable}_TRANSFORM: expected session-uuid, got ${JSON.stringify(transform)}`)
  return { header, transform }
}

function refuseCredentials(header: string, where: string): void {
  if (untouchable(header) === 'credentials') throw new Error(`${where}: ${header} carries credentials, and is never read for sessions`)
}
