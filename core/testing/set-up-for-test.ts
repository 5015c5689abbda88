/** Sets one plugin up as the gateway does, with the services that a test gives it. */

import pino from 'pino'
import { checkOptions } from '../config/schema/options.ts'
import { formatProblem } from '../config/problems/problems.ts'
import { givenServices } from '../gateway/loading/given-services.ts'
import { flawOfDefinition } from '../pipeline/plan/vet-plugin.ts'
import { setUpPlugin } from '../pipeline/plan/vetted-plugin.ts'
import type { PluginDefinition } from '../plugin/define.ts'
import type { Instance } from '../plugin/instance.ts'
import type { Clock } from '../services/clock.ts'
import { noMeter } from '../services/meter.ts'
import type { Services } from '../services/services.ts'

/** The instance is held once. @throws Error when the plugin is none, the options do not pass its schema, a service that it needs is not given, or what setting it up throws */
export async function setUpForTest(
  definition: PluginDefinition,
  given: Readonly<Record<string, unknown>> | undefined,
  services: Partial<Services> & { readonly clock: Clock },
): Promise<Instance> {
  const { name } = definition
  const flaw = flawOfDefinition(definition)
  if (flaw !== undefined) throw new TypeError(`${name} cannot be used: ${flaw}`)
  const { value: options, problems } = checkOptions(definition.schema, given, () => undefined)
  if (problems.length > 0) throw new Error(problems.map(problem => formatProblem(problem)).join('\n'))
  const all = { random: Math.random, meter: noMeter, version: { version: '0', commit: 'test' }, ...services }
  const unmet = definition.needs?.find(need => !(need in all))
  if (unmet !== undefined) throw new TypeError(`${name} needs the service "${unmet}": give one in services`)
  const instance = await setUpPlugin({ key: 'test', name, definition, options }, givenServices(name, definition, all), pino({ enabled: false }), services.clock)
  instance.hold()
  return instance
}
