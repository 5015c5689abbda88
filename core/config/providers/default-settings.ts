/** The settings of a provider whose block says nothing but its type. */

import type { ProviderDefinition } from '../../plugin/provider.ts'
import { check } from '../schema/check.ts'
import { blockSchema } from '../schema/compose.ts'
import { isTree, type Tree } from '../pointer.ts'

/** The defaults of its schema, and of all blocks; what it requires without a default is not among them. */
export function defaultSettings(definition: ProviderDefinition): Tree {
  const { value } = check(blockSchema(definition), { type: definition.name })
  return isTree(value) ? value : {}
}
