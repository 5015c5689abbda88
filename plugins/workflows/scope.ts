/** Scopes of workflows: what they are written as, and in which order they are looked for. */

import type { WorkflowScope } from '../../core/index.ts'
import { ancestors } from '../../core/user-path.ts'

export type ScopeType = 'global' | 'provider' | 'provider_model' | 'path' | 'provider_path' | 'provider_model_path'

export function scopeOf(provider: string, model: string, path: string): WorkflowScope {
  return { scope_provider_name: provider, scope_model: model, scope_user_path: path }
}

export const everything = scopeOf('', '', '')

/** The same for the same scope, and for no other. */
export function keyOf({ scope_provider_name: provider, scope_model: model, scope_user_path: path }: WorkflowScope): string {
  return JSON.stringify([provider, model, path])
}

export function typeOf({ scope_provider_name: provider, scope_model: model, scope_user_path: path }: WorkflowScope): ScopeType {
  const target = model === '' ? (provider === '' ? '' : 'provider') : 'provider_model'
  if (path === '') return target === '' ? 'global' : target
  return target === '' ? 'path' : `${target}_path`
}

/** For people: `openai/gpt-5 under /team`. */
export function displayOf(scope: WorkflowScope): string {
  const { scope_provider_name: provider, scope_model: model, scope_user_path: path } = scope
  const target = model === '' ? provider : `${provider}/${model}`
  if (path === '') return target === '' ? 'everything' : target
  return target === '' ? path : `${target} under ${path}`
}

/** The scopes that a request is in, the one that counts most first. Without a path, none that names one. */
export function candidates(provider: string, model: string, path: string): readonly WorkflowScope[] {
  const paths = path === '' ? [] : ancestors(path)
  const targets = [...(provider === '' || model === '' ? [] : [[provider, model] as const]), ...(provider === '' ? [] : [[provider, ''] as const])]
  const under = paths.flatMap(at => [...targets.map(([one, other]) => scopeOf(one, other, at)), scopeOf('', '', at)])
  return [...under, ...targets.map(([one, other]) => scopeOf(one, other, '')), everything]
}
