/** Tools, and which of them the model may or must call. */

import type { JsonObject } from '../../../core/index.ts'
import type { Tool, ToolChoice } from '../../../core/neutral/request.ts'
import type { FunctionTools } from '../../../core/neutral/function-tools.ts'
import { checkSchema, objectSchema, strictSchema } from '../../../core/neutral/schema.ts'
import type { Writing } from './writing.ts'

export function writeTools(tools: readonly Tool[], writing: Writing): JsonObject[] {
  return tools.map((tool, index) => writeTool(tool, index, writing))
}

function writeTool(tool: Tool, index: number, { names, marks, to, losses }: Writing): JsonObject {
  const at = tool.at ?? `tools[${index}]`
  const schema = objectSchema(tool.schema)
  checkSchema(schema, at)
  const isStrict = tool.strict === true && to.traits.strictTools !== false
  if (tool.strict === true && !isStrict) losses.drop('tools.strict', `not taken by ${to.model}`, at)
  return {
    name: names.spell(tool.name),
    ...(tool.description === undefined ? {} : { description: tool.description }),
    input_schema: isStrict ? strictSchema(schema) : schema,
    ...(isStrict ? { strict: true } : {}),
    ...marks.of(tool),
  }
}

/** The choice, which also says whether several calls may come at once. */
export function writeToolChoice({ tools, choice, isParallel }: FunctionTools, { names }: Writing): JsonObject | undefined {
  if (tools.length === 0 || (choice === undefined && isParallel !== false)) return undefined
  const spelled = spell(choice, name => names.spell(name))
  return isParallel === false && spelled['type'] !== 'none' ? { ...spelled, disable_parallel_tool_use: true } : spelled
}

function spell(choice: ToolChoice | undefined, nameOf: (name: string) => string): JsonObject {
  switch (choice?.kind) {
    case 'none':
      return { type: 'none' }
    case 'required':
      return { type: 'any' }
    case 'named':
      return { type: 'tool', name: nameOf(choice.name) }
    case 'allowed':
      return { type: choice.mode === 'required' ? 'any' : 'auto' }
    default:
      return { type: 'auto' }
  }
}
