/** The form of a type's options, as its schema describes them. */

import type { OptionsSchema } from '../../core/index.ts'

export interface Field {
  readonly key: string
  readonly label: string
  readonly input: 'text' | 'textarea' | 'number' | 'select' | 'checkboxes' | 'secret' | 'model'
  readonly required: boolean
  readonly help: string
  readonly options: readonly string[]
  readonly scope: ''
}

export function fieldsOf(schema: OptionsSchema | undefined): readonly Field[] {
  const { properties = {}, required = [] } = schema ?? {}
  return Object.entries(properties).map(([key, property]) => ({
    key,
    label: labelOf(key),
    input: inputOf(property),
    required: required.includes(key),
    help: property.description ?? '',
    options: choicesOf(property).map(String),
    scope: '',
  }))
}

export function defaultsOf(schema: OptionsSchema | undefined): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(schema?.properties ?? {}).flatMap(([key, { default: value }]) => (value === undefined ? [] : [[key, value]])))
}

function labelOf(key: string): string {
  const words = key.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function inputOf(property: OptionsSchema): Field['input'] {
  if (property.secret === true) return 'secret'
  if (property.input !== undefined) return property.input
  if (property.type === 'array') return choicesOf(property).length > 0 ? 'checkboxes' : 'textarea'
  if (choicesOf(property).length > 0) return 'select'
  if (property.type === 'object') return 'textarea'
  return property.type === 'integer' || property.type === 'number' ? 'number' : 'text'
}

function choicesOf({ type, enum: choices, items }: OptionsSchema): readonly unknown[] {
  return choices ?? (type === 'boolean' ? [true, false] : (items?.enum ?? []))
}
