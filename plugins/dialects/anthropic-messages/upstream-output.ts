/** What shape the answer shall have. */

import type { JsonObject } from '../../../core/index.ts'
import { refusal } from '../../../core/neutral/losses.ts'
import type { NeutralRequest } from '../../../core/neutral/request.ts'
import { noteStrictness, placeOfOutput } from '../../../core/neutral/output.ts'
import { checkSchema, objectSchema, strictSchema } from '../../../core/neutral/schema.ts'
import type { Thinking } from './upstream-thinking.ts'
import { dialect, type Writing } from './writing.ts'

/** The tool that stands for a schema with models that take none. */
export const jsonTool = 'json_output'

const jsonSentence = 'Answer with a single JSON object and nothing else: no explanation, no code fences.'

export interface SpelledOutput {
  /** For `output_config`. */
  readonly format?: JsonObject
  /** For the system. */
  readonly sentences: readonly string[]
  /** In place of the request's own tools. */
  readonly tool?: JsonObject
}

/** @throws GatewayError 400 if the model takes no schema, and nothing can stand for one */
export function writeOutput({ output, tools }: NeutralRequest, thinking: Thinking, { to, losses }: Writing): SpelledOutput {
  if (output === undefined) return { sentences: [] }
  const field = placeOfOutput(output)
  if (output.kind === 'json_object') {
    losses.drop(field, 'asked for in words')
    return { sentences: [jsonSentence] }
  }
  checkSchema(output.schema, field)
  noteStrictness(output, dialect, losses)
  if (to.traits.jsonSchema !== false) return { sentences: [], format: { type: 'json_schema', schema: strictSchema(output.schema) } }
  if (!usesJsonTool(to.settings)) throw refusal(field, `${to.model} takes no schema for its answer`)
  if (tools.length > 0 || thinking.isOn)
    throw refusal(field, `${to.model} takes no schema for its answer together with ${tools.length > 0 ? 'tools' : 'thinking'}`)
  return { sentences: [], tool: { name: jsonTool, description: output.description ?? 'The answer.', input_schema: objectSchema(output.schema) } }
}

export function usesJsonTool(settings: Readonly<Record<string, unknown>>): boolean {
  return settings['json_schema_tool'] === true
}
