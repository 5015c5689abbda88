/** The models that are left to somebody, by all that is said of them. */

import { Badge } from './badge.tsx'

/** @param named whether all are named, where there are several */
export function modelsLeft(restricted: boolean, models: readonly string[], named = false) {
  if (!restricted) return 'all'
  if (models.length === 0) return <Badge kind="bad">None</Badge>
  return models.length === 1 || named ? models.join(', ') : `${models.length} models`
}
