/** The shape of the answer: a schema, a tool that stands for one, or a sentence. */

import type { JsonObject } from '../../../core/index.ts'
import { refusal } from '../../../core/neutral/losses.ts'
import type { Destination } from '../../../core/neutral/translation.ts'
import { noteStrictness, placeOfOutput } from '../../../core/neutral/output.ts'
import { checkSchema, objectSchema, strictSchema } from '../../../core/neutral/schema.ts'
import type { Output, NeutralRequest } from '../../../core/neutral/request.ts'
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

/** Whether that tool is in use: asked for in the settings, and needed by the model. */
export function usesJsonTool({ traits, settings }: Destination): boolean {
  return traits.jsonSchema === false && settings['json_schema_tool'] === true
}

type SchemaOutput = Extract<Output, { readonly kind: 'json_schema' }>

const oneObject = 'Answer with a single JSON object and nothing else: no code fences, no text around it.'

export function writeOutput(request: NeutralRequest, thinking: Thinking, writing: Writing): WrittenOutput {
  const { output } = request
  if (output === undefined) return { sentences: [] }
  const field = placeOfOutput(output)
  if (output.kind === 'json_object') {
    writing.losses.drop(field, `${dialect} has no JSON mode; the model is asked for JSON`)
    return { sentences: [oneObject] }
  }
  checkSchema(output.schema, field)
  noteStrictness(output, dialect, writing.losses)
  if (writing.to.traits.jsonSchema !== false) return { sentences: [], outputConfig: textFormat(output) }
  return forcedTool(output, request, thinking, writing, field)
}

function textFormat({ schema, name }: SchemaOutput): JsonObject {
  return { textFormat: { type: 'json_schema', structure: { jsonSchema: { name, schema: JSON.stringify(strictSchema(schema)) } } } }
}

function forcedTool({ schema, description }: SchemaOutput, { tools }: NeutralRequest, { isOn }: Thinking, { to }: Writing, field: string): WrittenOutput {
  if (!usesJsonTool(to) || to.traits.forcedTools === false) throw refusal(field, `${to.model} takes no schema for its answer`)
  if (tools.length > 0 || isOn) throw refusal(field, `${to.model} takes a schema for its answer only without ${isOn ? 'thinking' : 'tools'}`)
  return {
    sentences: [],
    toolConfig: {
      tools: [
        {
          toolSpec: {
            name: jsonTool,
            description: description === undefined || description === '' ? 'Gives the answer.' : description,
            inputSchema: { json: objectSchema(schema) },
          },
        },
      ],
      toolChoice: { tool: { name: jsonTool } },
    },
  }
}
