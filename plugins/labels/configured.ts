/** The tagging headers that the configuration names. */

import { readBoolean } from '../../core/config/grammar.ts'
import { headerName, type OptionsOf } from '../../core/index.ts'
import type { schema } from './schema.ts'
import { flawIn, merged, type TaggingHeader } from './tagging-header.ts'

type Options = OptionsOf<typeof schema>

/** Variables stand in the place of what the file says of the same header. @throws Error */
export function configuredHeaders({ headers, header_variables: variables }: Options): readonly TaggingHeader[] {
  const varied = headersOfVariables(variables)
  refuseFlaws(headers, index => `tagging.headers[${index}]`)
  refuseFlaws(varied.map(({ header }) => header), index => `TAGGING_HEADER_${varied[index]?.number}`)
  return merged(headers, varied.map(({ header }) => header))
}

function refuseFlaws(headers: readonly TaggingHeader[], placeOf: (index: number) => string): void {
  headers.forEach((header, index) => {
    const flaw = flawIn(header, headers.slice(0, index))
    if (flaw !== undefined) throw new Error(`${placeOf(index)}: ${flaw}`)
  })
}

function headersOfVariables(variables: Options['header_variables']): readonly { readonly number: number; readonly header: TaggingHeader }[] {
  const numbers = Object.keys(variables).map(name => numberOf(name, variables))
  return [...new Set(numbers)].toSorted((one, other) => one - other).map(number => ({ number, header: headerOfVariables(number, variables) }))
}

/** Of `2` and of `2_PREFIX`, if there is a `2`. @throws Error */
function numberOf(name: string, variables: Options['header_variables']): number {
  const [, number = ''] = /^([1-9]\d*)(?:_(?:PREFIX|DELIMITER|DONOTPASS))?$/.exec(name) ?? []
  if (number === '') throw new Error(`TAGGING_HEADER_${name}: expected a number of 1 or more, and behind it nothing, _PREFIX, _DELIMITER or _DONOTPASS`)
  if (variables[number] === undefined) throw new Error(`TAGGING_HEADER_${name}: TAGGING_HEADER_${number} names no header`)
  return Number(number)
}

function headerOfVariables(number: number, variables: Options['header_variables']): TaggingHeader {
  const header = (variables[number] ?? '').trim()
  if (!new RegExp(headerName).test(header)) throw new Error(`TAGGING_HEADER_${number}: ${JSON.stringify(header)} is no name of a header`)
  const written = variables[`${number}_DONOTPASS`] ?? 'false'
  const doNotPass = readBoolean(written)
  if (doNotPass === undefined) throw new Error(`TAGGING_HEADER_${number}_DONOTPASS: expected true or false, got ${JSON.stringify(written)}`)
  return { header, prefix: variables[`${number}_PREFIX`] ?? '', delimiter: variables[`${number}_DELIMITER`] ?? ',', do_not_pass: doNotPass }
}
