/** Says what is wrong with the members of what somebody defines in code: what is misspelt would never be asked for. */

import { isAsyncFunction } from 'node:util/types'
import { suggestion } from './suggestion.ts'

/** `prompt function`: nobody waits for what it promises. */
export type Kind = 'text' | 'flag' | 'number' | 'texts' | 'object' | 'function' | 'prompt function' | 'anything'

const words: Readonly<Record<Kind, string>> = {
  text: 'a text',
  flag: 'true or false',
  number: 'a number of 0 or more',
  texts: 'a list of texts',
  object: 'an object',
  function: 'a function',
  'prompt function': 'a function that answers at once: it must not be async',
  anything: 'anything',
}

/**
 * Instances of classes may keep what they like beside.
 * @param unknown what is said of a member that is none of these, before its name
 * @returns undefined for members with which nothing is wrong
 */
export function flawOfMembers(given: object, members: Readonly<Record<string, Kind>>, unknown: string): string | undefined {
  const isClosed = isPlain(given)
  for (const [name, value] of Object.entries(given)) {
    const kind = members[name]
    if (kind === undefined && isClosed) return `${unknown} "${name}"${suggestion(name, Object.keys(members))}`
    if (kind !== undefined && value !== undefined && !isOfKind(value, kind)) return `${name} is not ${words[kind]}`
  }
  return undefined
}

function isOfKind(value: unknown, kind: Kind): boolean {
  switch (kind) {
    case 'text':
      return typeof value === 'string'
    case 'flag':
      return typeof value === 'boolean'
    case 'number':
      return typeof value === 'number' && value >= 0
    case 'texts':
      return Array.isArray(value) && value.every(item => typeof item === 'string')
    case 'object':
      return isObject(value)
    case 'function':
      return typeof value === 'function'
    case 'prompt function':
      return typeof value === 'function' && !isAsyncFunction(value)
    case 'anything':
      return true
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}
