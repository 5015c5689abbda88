/** Headers that numbered variables name, such as `TAGGING_HEADER_2`, and what others say of them, such as `TAGGING_HEADER_2_PREFIX`. */

import { join } from '../../../core/config/pointer.ts'
import { readEach, SettingFault } from '../../../core/config/problems/setting-fault.ts'
import { headerName } from '../../../core/upstream/headers/header-edits.ts'

export interface NumberedHeader {
  readonly header: string
  /** What a further variable says of it, for example that of `_PREFIX`. */
  of(suffix: string): string | undefined
  /** What to throw if the header, or what a further variable says of it, cannot be used. */
  fault(message: string, suffix?: string): SettingFault
}

/**
 * By ascending number, with or without gaps.
 * @param pointer of the setting that the variables give
 * @param variables by what follows the number's family, for example `2_PREFIX`
 * @param suffixes of the further variables, for example `_PREFIX`
 * @throws SettingFault
 */
export function numberedHeaders(pointer: string, variables: Readonly<Record<string, string>>, suffixes: readonly string[]): readonly NumberedHeader[] {
  const numbers = readEach(pointer, variables, name => numberOf(name, variables, suffixes))
  return [...new Set(numbers)]
    .toSorted((one, other) => one - other)
    .map(number => {
      const header = (variables[number] ?? '').trim()
      const fault = (message: string, suffix = '') => new SettingFault([{ pointer: join(pointer, `${number}${suffix}`), message }])
      if (!new RegExp(headerName).test(header)) throw fault(`${JSON.stringify(header)} is no name of a header`)
      return { header, of: suffix => variables[`${number}${suffix}`], fault }
    })
}

/** Of `2` and of `2_PREFIX`, if there is a `2`. @throws Error */
function numberOf(name: string, variables: Readonly<Record<string, string>>, suffixes: readonly string[]): number {
  const [, number = '', suffix = ''] = /^([1-9]\d*)(_.*)?$/.exec(name) ?? []
  if (number === '' || (suffix !== '' && !suffixes.includes(suffix)))
    throw new Error(`expected a number of 1 or more, and behind it nothing, or ${suffixes.join(', ')}`)
  if (variables[number] === undefined) throw new Error(`no variable names the header of number ${number}`)
  return Number(number)
}
