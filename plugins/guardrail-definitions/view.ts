/** Guardrails, their types and plugins, as administrators see them. */

import type { KnownPlugin } from '../../core/index.ts'
import { shownTime } from '../shared/admin/shown-time.ts'
import type { GuardrailType as TypeView, GuardrailView, PluginView } from '../../schemas/admin/guardrails.schema.ts'
import type { Definition } from './book.ts'
import { defaultsOf, fieldsOf } from './fields.ts'
import { masked } from './secret-config.ts'
import { isGuardrail, type GuardrailType } from './types.ts'

export function viewOf({ rule, type, phases, summary, stored }: Definition): GuardrailView {
  const { description = '', created_at: created, updated_at: updated } = stored?.value ?? {}
  const schema = type?.definition.schema
  return {
    name: rule.name,
    type: rule.type,
    description,
    user_path: rule.user_path ?? '',
    config: masked(rule.config, schema),
    fail_mode: rule.fail_mode ?? null,
    timeout_ms: rule.timeout_ms ?? null,
    phases: [...phases],
    summary,
    guardrail: true,
    managed: stored === undefined,
    created_at: shownTime(created),
    updated_at: shownTime(updated),
  }
}

export function typeView({ type, definition: { name, description = '', schema }, source, phases, edits }: GuardrailType): TypeView {
  return {
    type,
    label: labelOf(name),
    description,
    defaults: defaultsOf(schema),
    fields: fieldsOf(schema).map(field => ({ ...field, options: [...field.options] })),
    schema: { ...schema },
    phases: [...phases],
    source,
    mutates: edits,
    guardrail: true,
  }
}

export function pluginView(plugin: KnownPlugin, version: string): PluginView {
  const { name, source, definition, error } = plugin
  const guards = isGuardrail(plugin)
  return {
    name,
    label: labelOf(name),
    version: source === 'default' ? version : '',
    description: definition?.description ?? '',
    kinds: [guards ? 'guardrail' : definition?.provides === undefined ? 'step' : 'service'],
    mutates: definition !== undefined && definition.edits !== false,
    guardrail: guards,
    source,
    fields: fieldsOf(definition?.schema).map(field => ({ ...field, options: [...field.options] })),
    route_fields: [],
    health: error === undefined ? 'ok' : 'failed',
    error: error ?? null,
  }
}

function labelOf(name: string): string {
  const words = name.replaceAll(/[-_]/g, ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
