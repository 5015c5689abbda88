/** A choice that fails complains for all its alternatives; this keeps what was most likely meant. */

import type { ErrorObject } from 'ajv/dist/2020.js'
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
  const least = Math.min(...alternatives.map(distance))
  const [best = [], ...rivals] = alternatives.filter(group => distance(group) === least)
  return best.length > 0 && rivals.length === 0 ? best : [choice]
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
