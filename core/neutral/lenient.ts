/** Values of JSON as they should be; of another type, nothing in their place. */

import { isObject } from './arguments.ts'
import type { Json, JsonObject } from './request.ts'

export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

export function listOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : []
}

const none: readonly JsonObject[] = []

/** The objects of a list. */
export function objectsOf(value: unknown): readonly JsonObject[] {
  return value === undefined ? none : listOf(value).filter(isObject)
}
