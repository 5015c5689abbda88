/** The tagging headers that the configuration names. */

import { readBoolean } from '../../core/config/schema/grammar.ts'
import { numberedHeaders, type NumberedHeader } from '../../core/upstream/headers/numbered-headers.ts'
import type { OptionsOf } from '../../core/index.ts'
import type { schema } from './schema.ts'
import { flawIn, merged, type TaggingHeader } from './tagging-header.ts'

type Options = OptionsOf<typeof schema>

/** Variables stand in the place of what the file says of the same header. @throws Error */
export function configuredHeaders({ headers, header_variables: variables }: Options): readonly TaggingHeader[] {
  const named = numberedHeaders('TAGGING_HEADER_', variables, ['_PREFIX', '_DELIMITER', '_DONOTPASS'])
  const varied = named.map(headerOfVariables)
  refuseFlaws(headers, index => `tagging.headers[${index}]`)
  refuseFlaws(varied, index => named[index]?.variable ?? '')
  return merged(headers, varied)
}

function refuseFlaws(headers: readonly TaggingHeader[], placeOf: (index: number) => string): void {
  headers.forEach((header, index) => {
    const flaw = flawIn(header, headers.slice(0, index))
    if (flaw !== undefined) throw new Error(`${placeOf(index)}: ${flaw}`)
  })
}

function headerOfVariables({ variable, header, of }: NumberedHeader): TaggingHeader {
  const written = of('_DONOTPASS') ?? 'false'
  const doNotPass = readBoolean(written)
  if (doNotPass === undefined) throw new Error(`${variable}_DONOTPASS: expected true or false, got ${JSON.stringify(written)}`)
  return { header, prefix: of('_PREFIX') ?? '', delimiter: of('_DELIMITER') ?? ',', do_not_pass: doNotPass }
}
