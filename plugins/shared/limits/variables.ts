/** How the configuration spells limits: paths, and variables such as `SET_BUDGET_TEAM__ALPHA="daily=10,weekly=50"`. */

import { normalise } from '../../../core/user-path.ts'

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

/** Pairs `a=1,b=2`, each as the limit that it stands for; or limits as they are. @throws Error that does not say which variable it was */
export function readLimits<L>(written: string | readonly L[], limitOf: (name: string, value: number) => L): readonly L[] {
  if (typeof written !== 'string') return written
  return written
    .split(',')
    .filter(pair => pair.trim() !== '')
    .map(pair => {
      const [, name = '', value = ''] = /^([^=]+)=([^=]+)$/.exec(pair) ?? []
      const number = Number(value)
      if (value.trim() === '' || !Number.isFinite(number)) throw new Error(`${JSON.stringify(pair.trim())} is not a pair such as daily=10`)
      return limitOf(name.trim(), number)
    })
}
