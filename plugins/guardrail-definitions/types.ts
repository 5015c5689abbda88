/** The types of guardrails: plugins of the default set that are made for it, and those that `plugins.load` names. */

import type { KnownPlugin, KnownPlugins, PhaseName, PluginDefinition } from '../../core/index.ts'

export interface GuardrailType {
  /** As administrators write it: that of `a-b` is `a_b`. */
  readonly type: string
  /** As steps name it. */
  readonly use: string
  readonly definition: PluginDefinition
  readonly source: string
  /** Those in which workflows may place it; in others it acts along. */
  readonly phases: readonly PhaseName[]
  readonly edits: boolean
}

const textPhases: readonly PhaseName[] = ['prompt', 'response', 'stream']

/** Those that administrators may choose. */
export async function guardrailTypes(plugins: KnownPlugins): Promise<readonly GuardrailType[]> {
  return (await plugins.list())
    .filter(isGuardrail)
    .map(typeOf)
    .filter(type => type !== undefined)
}

/** The type that a rule of the configuration names: a path or a package, too. */
export async function typeOfRule(type: string, plugins: KnownPlugins): Promise<GuardrailType | undefined> {
  return typeOf(await plugins.find(useOf(type)))
}

/** Whether administrators see it among the types. */
export function isGuardrail({ source, definition }: KnownPlugin): boolean {
  if (definition === undefined) return false
  return definition.guardrail ?? (definition.phases !== undefined || (source !== 'default' && definition.edits !== false))
}

function useOf(type: string): string {
  return /[./]/.test(type) ? type : type.replaceAll('_', '-')
}

function typeOf({ name, source, definition }: KnownPlugin): GuardrailType | undefined {
  if (definition === undefined) return undefined
  return {
    type: source === 'default' ? name.replaceAll('-', '_') : name,
    use: name,
    definition,
    source,
    phases: textPhases.filter(phase => definition.phases?.includes(phase) !== false),
    edits: definition.edits !== false,
  }
}
