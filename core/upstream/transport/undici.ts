/** undici, loaded when it is first needed: most gateways never make a call that is not plain, and it takes 8 MB. */

import { createRequire } from 'node:module'
import type * as Undici from 'undici'

let loaded: typeof Undici | undefined

export function undici(): typeof Undici {
  return (loaded ??= createRequire(import.meta.url)('undici') as typeof Undici)
}
