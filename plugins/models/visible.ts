/** Which models are listed for a caller. */

import type { Access, Asking } from '../../core/index.ts'
import type { Registry } from './registry.ts'

/** @returns whether a call for this name could go anywhere that the caller may use */
export function visibleTo(asking: Asking, registry: Registry, access: Access): (id: string) => boolean {
  return id => registry.reachedBy(id, asking).some(({ provider, model }) => access.denial(asking, provider.name, model) === undefined)
}
