/** Policies that say what holds anyway: they are not kept. */

import { readModelSelector } from '../../shared/models/model-selector.ts'
import { isRedirect, type VirtualModel } from './definition.ts'
import type { VirtualDeps } from './deps.ts'

/** @param all the other virtual models */
export function isIdle(model: VirtualModel, { access, providers }: Pick<VirtualDeps, 'access' | 'providers'>, all: ReadonlyMap<string, VirtualModel>): boolean {
  if (isRedirect(model) || restricts(model) || model.description !== '' || model.slowdown !== null) return false
  const broader = broaderThan(model.source, providers)
    .map(selector => all.get(selector))
    .filter(policy => policy !== undefined && !isRedirect(policy))
  if (broader.some(policy => policy !== undefined && (restricts(policy) || policy.slowdown !== null))) return false
  return model.enabled === (broader[0]?.enabled ?? access.enabledByDefault)
}

function restricts({ user_paths: paths, groups }: VirtualModel): boolean {
  return paths.length > 0 || groups.length > 0
}

/** The selectors that count where this one says nothing, the strongest first. */
function broaderThan(source: string, providers: readonly string[]): readonly string[] {
  const selector = readModelSelector(source, providers)
  switch (selector?.kind) {
    case 'exact':
      return [`${selector.provider}/`, selector.model ?? '', '/']
    case 'provider':
    case 'model':
      return ['/']
    default:
      return []
  }
}
