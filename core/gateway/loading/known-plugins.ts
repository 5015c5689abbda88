/** The plugins that can be named: the default set, and what the configuration lists. */

import type { CompileInput } from '../../pipeline/plan/compile.ts'
import { loadPlugin } from '../../pipeline/plan/vetted-plugin.ts'
import type { KnownPlugin, KnownPlugins } from '../../services/known-plugins.ts'
import { defaultNames, LoadError, type Loaded } from '../../plugin/load.ts'

/** @param listed those of `plugins.load`, which are loaded already */
export function pluginsOf(listed: ReadonlyMap<string, Loaded<unknown>>, { directory, loader }: CompileInput): KnownPlugins {
  let known: Promise<readonly KnownPlugin[]> | undefined
  const read = async () => {
    const own = await Promise.all((await defaultNames('plugin')).map(name => found(name, 'default')))
    const others = await Promise.all([...listed].map(([name, { file }]) => found(name, file)))
    return [...own, ...others]
  }
  const found = async (name: string, source: string): Promise<KnownPlugin> => {
    try {
      return { name, source, definition: (await loadPlugin(name, directory, loader)).definition }
    } catch (cause) {
      if (!(cause instanceof LoadError)) throw cause
      return { name, source, error: cause.message }
    }
  }
  return { list: () => (known ??= read()), find: use => found(use, use) }
}
