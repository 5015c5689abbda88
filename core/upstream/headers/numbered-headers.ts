/** Headers that numbered variables name, such as `TAGGING_HEADER_2`, and what others say of them, such as `TAGGING_HEADER_2_PREFIX`. */

import { headerName } from './header-edits.ts'

export interface NumberedHeader {
  /** The variable that names it. */
  readonly variable: string
  readonly header: string
  /** What a further variable says of it, for example that of `_PREFIX`. */
  of(suffix: string): string | undefined
}

/**
 * By ascending number, with or without gaps.
 * @param family for example `TAGGING_HEADER_`
 * @param variables by what follows that
 * @param suffixes of the further variables, for example `_PREFIX`
 * @throws Error
 */
export function numberedHeaders(family: string, variables: Readonly<Record<string, string>>, suffixes: readonly string[]): readonly NumberedHeader[] {
  const numbers = Object.keys(variables).map(name => numberOf(name, family, variables, suffixes))
  return [...new Set(numbers)]
    .toSorted((one, other) => one - other)
    .map(number => {
      const variable = `${family}${number}`
      const header = (variables[number] ?? '').trim()
      if (!new RegExp(headerName).test(header)) throw new Error(`${variable}: ${JSON.stringify(header)} is no name of a header`)
      return { variable, header, of: suffix => variables[`${number}${suffix}`] }
    })
}

/** Of `2` and of `2_PREFIX`, if there is a `2`. @throws Error */
function numberOf(name: string, family: string, variables: Readonly<Record<string, string>>, suffixes: readonly string[]): number {
  const [, number = '', suffix = ''] = /^([1-9]\d*)(_.*)?$/.exec(name) ?? []
  if (number === '' || (suffix !== '' && !suffixes.includes(suffix)))
    throw new Error(`${family}${name}: expected a number of 1 or more, and behind it nothing, or ${suffixes.join(', ')}`)
  if (variables[number] === undefined) throw new Error(`${family}${name}: ${family}${number} names no header`)
  return Number(number)
}
