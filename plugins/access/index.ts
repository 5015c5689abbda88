/** Keeps callers to the models that they may use: judged by where a call really goes, not by the name that it gave. */

import { definePlugin, gatewayError, type Denial, type Exchange, type GatewayError } from '../../core/index.ts'
import { canonicalIds } from '../shared/models/model-selector.ts'
import { SelectorLists } from '../shared/models/selected-models.ts'
import { AccessPolicy } from './access-policy.ts'
import { schema } from './schema.ts'

export default definePlugin({
  name: 'access',
  description: 'Lets callers use the models that are open to them.',
  schema,
  provides: 'access',
  needs: ['providers'],
  setup({ options, services: { providers } }) {
    const lists = new SelectorLists([...providers.keys()], canonicalIds(providers))
    const judge = new AccessPolicy({ enabledByDefault: options.enabled_by_default, lists })
    return {
      service: judge,
      route(exchange) {
        const { targets, origin } = exchange
        // The operator chose the model that a cache asks.
        if (origin === 'cache') return
        const isUntold = exchange.forward !== undefined && exchange.model === '' && exchange.hasBytes
        const denials = targets.map(
          ({ provider, model }) =>
            judge.denial(exchange, provider.name, model) ?? (isUntold && judge.closesSome(exchange, provider.name) ? byPolicy : undefined),
        )
        if (!denials.some(denial => denial !== undefined)) return
        exchange.targets = targets.filter((_, index) => denials[index] === undefined)
        const [first] = denials
        if (exchange.targets.length === 0 && first !== undefined) return refusal(exchange, first)
      },
    }
  },
})

const byPolicy: Denial = { by: 'policy' }

/** Where a call is passed on, nobody may be able to tell its model. */
function refusal({ model }: Exchange, { by, path = '' }: Denial): GatewayError {
  const whose = by === 'key' ? 'this API key' : `the user path ${path}`
  if (by === 'policy')
    return denied(
      model === '' ? 'the models of this provider are not all available, and the model of this call cannot be told' : `model ${model} is not available`,
    )
  return denied(model === '' ? `${whose} may use some models only, and the model of this call cannot be told` : `model ${model} is not allowed for ${whose}`)
}

function denied(message: string): GatewayError {
  return gatewayError('model_access_denied', message, { param: 'model' })
}
