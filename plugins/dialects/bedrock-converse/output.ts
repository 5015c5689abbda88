/** The shape of the answer: a schema, a tool that stands for one, or a sentence. */

import { refusal, type JsonObject, type NeutralRequest } from '../../../core/index.ts'
import { checkSchema, objectSchema, strictSchema } from '../../../core/neutral/schema.ts'
import type { Output } from '../../../core/neutral/request.ts'
import type { Thinking } from './thinking.ts'
import { dialect, type Writing } from './writing.ts'

/** The tool whose input is the answer, for models that take no schema. No other tool ever gets this name there. */
export const jsonTool = 'json_output'

export interface WrittenOutput {
  readonly outputConfig?: JsonObject
  /** Replaces the request's own, of which there is none. */
  readonly toolConfig?: JsonObject
  readonly sentences: readonly string[]
}

type SchemaOutput = Extract<Output, { readonly kind: 'json_schema' }>

const oneObject = 'Answer with a single JSON object and nothing else: no code fences, no text around it.'

export function writeOutput(request: NeutralRequest, thinking: Thinking, writing: Writing): WrittenOutput {
  const { output } = request
  if (output === undefined) return { sentences: [] }
  if (output.kind === 'json_object') {
    writing.losses.drop('response_format', `${dialect} has no JSON mode; the model is asked for JSON`)
    return { sentences: [oneObject] }
  }
  checkSchema(output.schema, 'response_format')
  if (output.strict === false) writing.losses.drop('response_format.strict', `${dialect} keeps to the schema strictly`, 'response_format')
  return writing.to.traits.jsonSchema === false ? forcedTool(output, request, thinking, writing) : { sentences: [], outputConfig: textFormat(output) }
}

function textFormat({ schema, name }: SchemaOutput): JsonObject {
  return { textFormat: { type: 'json_schema', structure: { jsonSchema: { name, schema: JSON.stringify(strictSchema(schema)) } } } }
}

function forcedTool({ schema, description }: SchemaOutput, { tools }: NeutralRequest, { isOn }: Thinking, { to }: Writing): WrittenOutput {
  if (tools.length > 0 || isOn) throw refusal('response_format', `${to.model} takes a schema for its answer only without ${isOn ? 'thinking' : 'tools'}`)
  if (to.traits.forcedTools === false) throw refusal('response_format', `${to.model} takes no schema for its answer`)
  return {
    sentences: [],
    toolConfig: {
      tools: [{ toolSpec: { name: jsonTool, description: description === undefined || description === '' ? 'Gives the answer.' : description, inputSchema: { json: objectSchema(schema) } } }],
      toolChoice: { tool: { name: jsonTool } },
    },
  }
}
