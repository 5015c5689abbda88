/** Says what a call is counted under, beside its path: the labels of its key, of its headers and of its body. */

import { definePlugin } from '../../core/index.ts'
import { addLabels } from './add-labels.ts'
import { takeBodyLabels } from './body-labels.ts'
import { configuredHeaders } from './configured.ts'
import { endpointsOf } from './endpoints.ts'
import { schema } from './schema.ts'
import { collection, Tagging, type KeptTagging } from './tagging.ts'

export default definePlugin({
  name: 'labels',
  description: 'Reads the labels of a call from its key, its headers and its body.',
  schema,
  needs: ['storage', 'admin'],
  guardrail: false,
  setup({ options, services: { storage, admin }, log }) {
    const tagging = new Tagging({
      records: storage.records<KeptTagging>(collection),
      configured: configuredHeaders(options),
      failed: cause => log.warn({ err: cause }, 'the tagging headers could not be read; those known stay'),
    })
    const offers: (() => void)[] = []

    return {
      ownHeaders: { has: name => tagging.reader.kept.has(name) },
      open: () => tagging.open(),
      start() {
        for (const endpoint of endpointsOf(tagging)) offers.push(admin.endpoint(endpoint))
        offers.push(admin.refresh({ name: 'tagging_settings', run: () => tagging.read() }))
      },
      request(exchange) {
        addLabels(exchange, tagging.reader.of(exchange.request))
      },
      /** Behind the step that reads the body of a passthrough. */
      route(exchange) {
        addLabels(exchange, takeBodyLabels(exchange))
      },
      async close() {
        for (const withdraw of offers) withdraw()
        await tagging.close()
      },
    }
  },
})
