/** The services that one plugin is given: it sees no others, wherever it is set up. */

import type { PluginDefinition } from '../../plugin/define.ts'
import type { AlwaysThere, ServiceName, Services } from '../../services/services.ts'

export const alwaysThere: readonly (keyof AlwaysThere)[] = ['clock', 'random', 'meter', 'health', 'version', 'pipelines']

export function wishesOf({ needs = [], wants = [] }: PluginDefinition): readonly ServiceName[] {
  return [...needs, ...wants]
}

/** The services that a plugin asked for, and those that are always there. Another one fails by name, not by accident. */
export function givenServices(name: string, definition: PluginDefinition, services: Readonly<Partial<Record<ServiceName, unknown>>>): Services {
  const given = {}
  for (const service of new Set<ServiceName>([...alwaysThere, ...wishesOf(definition)]))
    Object.defineProperty(given, service, { enumerable: true, value: services[service] })
  return new Proxy(given, {
    get: (target, key) => {
      if (key in target || typeof key === 'symbol' || key === 'then') return (target as Record<string | symbol, unknown>)[key]
      throw new TypeError(`${name} uses the service "${key}" without asking for it: needs: ['${key}']`)
    },
  }) as Services
}
