/** Where the caller asked for the shape of the answer, and what is lost of it nearly everywhere. */

import type { Losses } from './losses.ts'
import type { Output } from './request.ts'

type SchemaOutput = Extract<Output, { readonly kind: 'json_schema' }>

/** For errors and losses; as chat completions spell it if the reader did not say. */
export function placeOfOutput({ at, kind }: Output): string {
  return at ?? (kind === 'json_object' ? 'response_format' : 'response_format.json_schema')
}

/** Targets that hold every answer to its schema: a loss for a caller who asked for less. */
export function noteStrictness(output: SchemaOutput, target: string, losses: Losses): void {
  if (output.strict === false && output.isDerived !== true) losses.drop(`${placeOfOutput(output)}.strict`, `${target} keeps to the schema strictly`)
}
