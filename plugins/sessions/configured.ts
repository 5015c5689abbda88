/** The headers that the operator names for sessions, beside those that known clients send. */

import { SettingFault } from '../../core/config/problems/setting-fault.ts'
import type { OptionsOf } from '../../core/index.ts'
import { untouchable } from '../../core/upstream/headers/header-names.ts'
import { numberedHeaders, type NumberedHeader } from '../shared/headers/numbered-headers.ts'
import type { schema } from './schema.ts'

type Options = Pick<OptionsOf<typeof schema>, 'headers' | 'header_variables'>
export type SessionHeader = Options['headers'][number]

/** Variables stand in the place of what the file says of the same header. @throws SettingFault */
export function configuredHeaders({ headers, header_variables: variables }: Options): readonly SessionHeader[] {
  headers.forEach(({ header }, index) => refuseCredentials(header, message => new SettingFault([{ pointer: `/session/headers/${index}/header`, message }])))
  const varied = numberedHeaders('/session/header_variables', variables, ['_TRANSFORM']).map(read)
  return [...new Map([...headers, ...varied].map(header => [header.header.toLowerCase(), header])).values()]
}

function read({ header, of, fault }: NumberedHeader): SessionHeader {
  refuseCredentials(header, fault)
  const transform = of('_TRANSFORM')?.trim() ?? ''
  if (transform === '') return { header }
  if (transform !== 'session-uuid') throw fault(`expected session-uuid, got ${JSON.stringify(transform)}`, '_TRANSFORM')
  return { header, transform }
}

function refuseCredentials(header: string, fault: (message: string) => SettingFault): void {
  if (untouchable(header) === 'credentials') throw fault(`${header} carries credentials, and is never read for sessions`)
}
