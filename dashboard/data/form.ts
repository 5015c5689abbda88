/** What was filled into a form. */

import { Refusal } from './api.ts'

/** Without spaces around it; empty where nothing was filled in. */
export function textIn(form: FormData, name: string): string {
  const value = form.get(name)
  return typeof value === 'string' ? value.trim() : ''
}

/** The parts between commas. */
export function listIn(form: FormData, name: string): string[] {
  return textIn(form, name)
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')
}

/** Null where nothing was filled in. */
export function numberIn(form: FormData, name: string): number | null {
  const text = textIn(form, name)
  return text === '' ? null : Number(text)
}

/** Undefined where nothing was filled in. @throws Refusal naming the field that is no JSON */
export function jsonIn(form: FormData, name: string): unknown {
  const text = textIn(form, name)
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch (cause) {
    throw new Refusal(400, { message: `${name} is no JSON: ${(cause as Error).message}`, param: name })
  }
}
