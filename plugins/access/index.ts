/** Keeps callers to the models that they may use: judged by where a call really goes, not by the name that it gave. */

import { definePlugin, gatewayError, type Exchange } from '../../core/index.ts'
import { SelectorLists } from '../../core/selected-models.ts'

export default definePlugin({
  name: 'access',
  description: 'Lets a key use the models that it was made for.',
  needs: ['providers'],
  setup({ services: { providers } }) {
    const lists = new SelectorLists([...providers.keys()])
    return {
      route(exchange) {
        const selectors = exchange.caller?.allowedModels
        if (selectors === undefined || exchange.targets.length === 0) return
        const allowed = lists.of(selectors)
        exchange.targets = exchange.targets.filter(({ provider, model }) => allowed.has(provider.name, model))
        if (exchange.targets.length === 0) return refusal(exchange)
      },
    }
  },
})

/** Where a call is passed on, nobody may be able to tell its model. */
function refusal({ model }: Exchange) {
  const what = model === '' ? 'this API key may use some models only, and the model of this call cannot be told' : `model ${model} is not allowed for this API key`
  return gatewayError('model_access_denied', what, { param: 'model' })
}
