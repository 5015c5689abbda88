/** Takes what is known of models from a list of the operator's, in the place of the catalogue that comes with Tapline. */

import { definePlugin, type Catalogue, type OptionsOf } from '../../core/index.ts'
import { readAgain } from '../shared/records/read-again.ts'
import { ReadCatalogue } from './read-catalogue.ts'
import { schema } from './schema.ts'
import { sourceOf, type Source } from './source.ts'

export default definePlugin({
  name: 'model-list',
  description: 'Takes what models are and cost from a list of your own.',
  schema,
  provides: 'catalogue',
  needs: ['admin'],
  setup({ options, services: { admin, clock }, log }) {
    const source = sourceIn(options, message => log.warn(message))
    if (source === undefined) return { service: standing(options.url !== 'off') }
    const catalogue = new ReadCatalogue(source)
    const failed = (err: unknown) => log.warn({ err, list: source.shown }, 'the list of models could not be read; what was known before stands')
    const read = async () => void (await catalogue.read().catch(failed))
    const withdraw: (() => void)[] = []
    return {
      service: catalogue,
      open: async () => {
        if (source.isNear) await read()
      },
      start() {
        if (!source.isNear) void read()
        withdraw.push(admin.refresh({ name: 'model_list', run: () => catalogue.read() }))
        if (options.refresh_interval > 0) withdraw.push(readAgain(clock, options.refresh_interval, read, failed))
      },
      close() {
        for (const end of withdraw) end()
      },
    }
  },
})

/** Where a list is; undefined if none is to be read. @throws Error if the place is none */
function sourceIn({ url = 'off', offline }: OptionsOf<typeof schema>, warn: (message: string) => void): Source | undefined {
  if (url === 'off') return undefined
  const source = sourceOf(url)
  if (source.isNear || !offline) return source
  warn('the list of models is not downloaded: the gateway is offline; the bundled catalogue counts')
  return undefined
}

/** Nothing is read: the bundled catalogue counts, or none does. */
function standing(isBundled: boolean): Catalogue {
  return { isBundled, of: () => undefined, onChange: () => () => {} }
}
