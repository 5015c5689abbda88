/** What a gateway recorded of the calls to it, read as an administrator reads it. */

import type { UsageView } from '../../plugins/usage/view.ts'
import type { Served } from './serve.ts'
import { until } from './until.ts'

export const dollars = { input_per_mtok: 1, cached_input_per_mtok: 0.5, output_per_mtok: 10 }

/** A gateway in which `gpt-test` has a price, and `gpt-free` none. */
export const priced = {
  config: { providers: { openai: { models: [{ id: 'gpt-test', metadata: { pricing: dollars } }, 'gpt-free'] } } },
  env: { OPENAI_MODELS: '' },
}

/** All records, the oldest first, when there are so many. @throws Error if there are not */
export async function recorded(served: Served, count: number): Promise<readonly UsageView[]> {
  const read = async () =>
    JSON.parse((await served.call('GET', '/admin/usage/log?cache_mode=all&limit=200')).body.toString()) as { entries: UsageView[]; total: number }
  let page = await read()
  let isReading = false
  if (page.entries.length < count) {
    await until(() => {
      if (!isReading) {
        isReading = true
        void read().then(next => {
          page = next
          isReading = false
        })
      }
      return page.entries.length >= count
    })
  }
  return page.entries.toReversed()
}
