/** The query of the lifecycle's calls: what is not as it should be is refused by name. */

import { gatewayError, type Exchange } from '../../core/index.ts'
import { integerIn, wrongParameter } from '../shared/objects/item-lists.ts'

export interface LifecycleQuery {
  readonly provider: string | undefined
  readonly include: readonly string[]
}

/** @throws GatewayError 400, 501 for a stream */
export function lifecycleQuery({ request: { query } }: Exchange): LifecycleQuery {
  const asked = new URLSearchParams(query)
  flagIn(asked, 'include_obfuscation')
  integerIn(asked, 'starting_after')
  if (flagIn(asked, 'stream')) throw gatewayError('unsupported_response_operation', 'a stored response is not streamed', { param: 'stream' })
  return { provider: asked.get('provider') || undefined, include: [...asked.getAll('include'), ...asked.getAll('include[]')] }
}

const flags: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
])

function flagIn(asked: URLSearchParams, name: string): boolean {
  const said = asked.get(name)
  if (said === null || said === '') return false
  const value = flags.get(said.toLowerCase())
  if (value === undefined) throw wrongParameter(name, 'true or false')
  return value
}
