/** How the configuration spells limits: paths, and variables such as `SET_BUDGET_TEAM__ALPHA="daily=10,weekly=50"`. */

import { normalise } from '../user-path.ts'

/** A user path as limits know it; nothing is the root. @throws Error */
export function limitedPath(given: string): string {
  const path = normalise(given)
  if (path === undefined) throw new Error(`${JSON.stringify(given)} is no user path`)
  return path === '' ? '/' : path
}

/** `TEAM__ALPHA` is `/team/alpha`, `TEAM_ALPHA` is `/team_alpha`, nothing is `/`. @throws Error */
export function pathOfVariable(name: string): string {
  return limitedPath(`/${name.toLowerCase().replaceAll('__', '/')}`)
}

/** `OPENAI_EU` is `openai-eu`. */
export function providerOfVariable(name: string): string {
  return name.toLowerCase().replaceAll('_', '-')
}

/** Pairs `a=1,b=2`, or a JSON array of objects. @throws Error that does not say which variable it was */
export function readLimits(text: string): readonly [string, number][] | readonly Readonly<Record<string, unknown>>[] {
  if (text.trim().startsWith('[')) return jsonLimits(text)
  return text
    .split(',')
    .filter(pair => pair.trim() !== '')
    .map(pair => {
      const [name = '', value = ''] = pair.split('=', 2).map(part => part.trim())
      const number = Number(value)
      if (value === '' || !Number.isFinite(number)) throw new Error(`${JSON.stringify(pair.trim())} is not a pair such as daily=10`)
      return [name, number] as [string, number]
    })
}

function jsonLimits(text: string): readonly Readonly<Record<string, unknown>>[] {
  const read = JSON.parse(text) as unknown
  if (!Array.isArray(read) || read.some(item => typeof item !== 'object' || item === null)) throw new Error('expected a JSON array of objects')
  return read as readonly Readonly<Record<string, unknown>>[]
}
