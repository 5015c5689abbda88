/** The tagging headers that the configuration names. */

import { readBoolean } from '../../core/config/schema/grammar.ts'
import { SettingFault } from '../../core/config/problems/setting-fault.ts'
import { numberedHeaders, type NumberedHeader } from '../shared/headers/numbered-headers.ts'
import type { OptionsOf } from '../../core/index.ts'
import type { schema } from './schema.ts'
import { flawIn, merged, type TaggingHeader } from './tagging-header.ts'

type Options = OptionsOf<typeof schema>

/** Variables stand in the place of what the file says of the same header. @throws SettingFault */
export function configuredHeaders({ headers, header_variables: variables }: Options): readonly TaggingHeader[] {
  const named = numberedHeaders('/tagging/header_variables', variables, ['_PREFIX', '_DELIMITER', '_DONOTPASS'])
  const varied = named.map(headerOfVariables)
  refuseFlaws(headers, (index, message) => new SettingFault([{ pointer: `/tagging/headers/${index}/header`, message }]))
  refuseFlaws(varied, (index, message) => named[index]?.fault(message))
  return merged(headers, varied)
}

function refuseFlaws(headers: readonly TaggingHeader[], fault: (index: number, message: string) => SettingFault | undefined): void {
  headers.forEach((header, index) => {
    const flaw = flawIn(header, headers.slice(0, index))
    if (flaw !== undefined) throw fault(index, flaw)
  })
}

function headerOfVariables({ header, of, fault }: NumberedHeader): TaggingHeader {
  const written = of('_DONOTPASS') ?? 'false'
  const doNotPass = readBoolean(written)
  if (doNotPass === undefined) throw fault(`expected true or false, got ${JSON.stringify(written)}`, '_DONOTPASS')
  return { header, prefix: of('_PREFIX') ?? '', delimiter: of('_DELIMITER') ?? ',', do_not_pass: doNotPass }
}
