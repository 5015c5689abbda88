/** From values as written to values as read: placeholders filled in, units read, defaults laid under, everything checked. */

import { normalizeBasePath } from '../base-path.ts'
import { check, wrong } from './check.ts'
import { expand } from '../sources/expand.ts'
import { getIn, isTree, setIn } from '../pointer.ts'
import type { Tree } from '../pointer.ts'
import type { Providers } from '../providers/providers.ts'
import type { Listening } from '../providers/own-address.ts'
import type { Reading } from '../providers/register.ts'
import type { SettingSchema } from './schema.ts'

export interface Settled {
  /** As read: numbers for units, defaults filled in. */
  readonly values: Tree
  readonly providers: Providers
}

/** Providers go their own way, since a block that cannot work is left out rather than refused. */
export function settle(tree: Tree, schema: SettingSchema, registry: Reading, readBlocks: (blocks: Tree, listening: Listening) => Providers): Settled {
  const { providers: blocks, ...rest } = tree
  const declared = isTree(blocks) || blocks === undefined || blocks === null ? {} : { providers: blocks }
  const written = expand({ ...rest, ...declared }, schema, '', registry) as Tree
  const { value, findings } = check(schema, written, sectionsOf(schema, written))
  registry.judge.judge(value, findings)
  const values = value as Tree
  derive(values, written, schema, registry)
  const providers = readBlocks(isTree(blocks) ? blocks : {}, values['server'] as Listening)
  setIn(values, '/providers', Object.fromEntries([...providers.instances].map(([name, { settings, keys }]) => [name, { ...settings, api_keys: keys }])))
  return { values, providers }
}

/** Most sections are as they come, and to check them takes longer than to check all that anybody wrote. */
function sectionsOf(schema: SettingSchema, written: Tree): SettingSchema {
  const { properties = {} } = schema
  return { ...schema, properties: Object.fromEntries(Object.entries(properties).map(([section, child]) => [section, section in written ? child : {}])) }
}

/** Values that follow from what is written, or cannot stand alone. */
function derive(values: Tree, written: Tree, schema: SettingSchema, registry: Reading): void {
  deriveBasePath(values, written, schema, registry)
  const trusted = getIn(values, '/server/trusted_proxies')
  if (Array.isArray(trusted) && trusted.length > 0) return
  for (const setting of ['client_ip_header', 'trusted_hops']) {
    if (getIn(written, `/server/${setting}`) !== undefined) registry.report.warn(`server.${setting} is of no effect: server.trusted_proxies names nobody`)
  }
}

function deriveBasePath(values: Tree, written: Tree, schema: SettingSchema, { judge }: Reading): void {
  const pointer = '/server/base_path'
  const path = getIn(values, pointer)
  const normal = typeof path === 'string' ? normalizeBasePath(path) : undefined
  if (normal !== undefined) setIn(values, pointer, normal)
  else if (typeof path === 'string') judge.judge(values, [wrong(schema, written, pointer, 'path without . and .. segments, ?, #, % and blanks')])
}
