/** A choice that fails complains for all its alternatives; this keeps what was most likely meant. */

import type { ErrorObject } from 'ajv/dist/2020.js'
import { isTree } from '../pointer.ts'
import { nearest } from '../problems/problems.ts'

/** Replaces the errors of each choice by those of the alternative that came closest, or by one for the whole choice. */
export function narrow(errors: readonly ErrorObject[]): ErrorObject[] {
  const choices = errors.filter(isChoice)
  const outer = choices.filter(choice => !choices.some(other => isWithin(choice, other)))
  const plain = errors.filter(error => !outer.some(choice => error === choice || isWithin(error, choice)))
  return [
    ...plain,
    ...outer.flatMap(choice =>
      closest(
        choice,
        errors.filter(error => isWithin(error, choice)),
      ),
    ),
  ]
}

function isChoice({ keyword }: ErrorObject): boolean {
  return keyword === 'oneOf' || keyword === 'anyOf'
}

function isWithin(error: ErrorObject, choice: ErrorObject): boolean {
  return (
    error.schemaPath.startsWith(`${choice.schemaPath}/`) &&
    (error.instancePath === choice.instancePath || error.instancePath.startsWith(`${choice.instancePath}/`))
  )
}

function closest(choice: ErrorObject, errors: readonly ErrorObject[]): ErrorObject[] {
  const alternatives = Object.values(Object.groupBy(errors, error => error.schemaPath.slice(choice.schemaPath.length).split('/', 2)[1] ?? ''))
    .map(group => narrow(group ?? []))
    .filter(group => !group.some(error => isOtherKind(error, choice)))
    .map(group => ({ group, inOutline: distance(group.filter(error => isOfOutline(error, choice))), inAll: distance(group) }))
    .toSorted((one, other) => one.inOutline - other.inOutline || one.inAll - other.inAll)
  const [best, ...others] = alternatives
  if (best === undefined) return [choice]
  const rivals = others.filter(({ inOutline, inAll }) => inOutline === best.inOutline && inAll === best.inAll).map(({ group }) => group)
  return rivals.length === 0 ? best.group : missingInAll([best.group, ...rivals], choice)
}

/** Where all that came as close lack one member of which they have others, one of those; else the whole choice. */
function missingInAll(rivals: readonly (readonly ErrorObject[])[], choice: ErrorObject): ErrorObject[] {
  const [first = []] = rivals
  const lacking = rivals.map(rival => rival.filter(error => isOfOutline(error, choice)))
  const isBegun = lacking.every(([error, ...more]) => error !== undefined && more.length === 0 && error.keyword === 'required' && hasOthers(error))
  if (!isBegun) return [choice]
  const missingProperties = lacking.flatMap(errors => errors.map(({ params }) => String(params['missingProperty'])))
  return [...first.filter(error => !isOfOutline(error, choice)), { ...choice, keyword: 'required', params: { missingProperties } }]
}

/** Whether some of the members that are required together are there. */
function hasOthers({ parentSchema, data }: ErrorObject): boolean {
  const required = (parentSchema?.['required'] ?? []) as readonly string[]
  return required.some(name => isTree(data) && Object.hasOwn(data, name))
}

/** Whether an error is of the members that a map has, and not of what they say. */
function isOfOutline({ instancePath, keyword }: ErrorObject, choice: ErrorObject): boolean {
  return instancePath === choice.instancePath && (keyword === 'required' || keyword === 'additionalProperties')
}

/** How far a value is from an alternative; a misspelt member counts once, though it is unknown and missing. */
function distance(group: readonly ErrorObject[]): number {
  const unknown = group.flatMap(({ params }) => ('additionalProperty' in params ? [String(params['additionalProperty'])] : []))
  const misspelt = group.filter(({ params }) => 'missingProperty' in params && nearest(String(params['missingProperty']), unknown) !== undefined)
  return group.length - misspelt.length
}

/** The alternative is for another type of value, or another constant. */
function isOtherKind({ keyword, instancePath }: ErrorObject, choice: ErrorObject): boolean {
  return instancePath === choice.instancePath && (keyword === 'type' || keyword === 'const' || keyword === 'enum')
}
