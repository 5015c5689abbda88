/** Sets one plugin up as the gateway does, with the services that a test gives it. */

import pino from 'pino'
import { checkOptions } from '../../core/config/schema/options.ts'
import type { Clock, PluginDefinition, Services } from '../../core/index.ts'
import { Instance } from '../../core/plugin/instance.ts'

/** The instance is held once. @throws Error if the options do not pass its schema, or what setting it up throws */
export async function setUpPlugin(
  definition: PluginDefinition,
  given: Readonly<Record<string, unknown>>,
  services: Partial<Services> & { readonly clock: Clock },
): Promise<Instance> {
  const { value: options, problems } = checkOptions(definition.schema, given, () => undefined)
  if (problems.length > 0) throw new Error(JSON.stringify(problems))
  const instance = await Instance.setUp(
    { key: 'test', name: definition.name, definition, options },
    services as Services,
    pino({ enabled: false }),
    services.clock,
  )
  instance.hold()
  return instance
}
