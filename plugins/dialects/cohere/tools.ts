/** The tools, and which of them the model must call. */

import type { JsonObject } from '../../../core/index.ts'
import type { NeutralRequest, Tool } from '../../../core/neutral/request.ts'
import { allowedTools, functionTools } from '../../../core/neutral/function-tools.ts'
import { checkSchema, objectSchema, withoutMeta } from '../../../core/neutral/schema.ts'
import { dialect, type Writing } from './writing.ts'

export function writeTools(request: NeutralRequest, writing: Writing): JsonObject {
  const { losses, to } = writing
  const {
    tools: known,
    choice,
    isParallel,
  } = functionTools(request, { target: dialect, options: to.options, hosted: request.from === 'anthropic-messages' ? 'refuse' : 'drop' }, losses)
  const tools = choice?.kind === 'named' ? known.filter(({ name }) => name === choice.name) : allowedTools(known, choice)
  if (tools.length === 0) return {}
  if (isParallel === false) losses.drop('parallel_tool_calls', `not taken by ${dialect}`)
  const isForced = choice?.kind === 'required' || choice?.kind === 'named' || (choice?.kind === 'allowed' && choice.mode === 'required')
  return {
    tools: tools.map(tool => writeTool(tool, writing)),
    ...writeStrict(tools, writing),
    ...(isForced ? { tool_choice: 'REQUIRED' } : choice?.kind === 'none' ? { tool_choice: 'NONE' } : {}),
  }
}

function writeTool({ name, description, schema, at }: Tool, { names }: Writing): JsonObject {
  if (schema !== undefined) checkSchema(schema, at ?? 'tools')
  const parameters = objectSchema(withoutMeta(schema ?? null))
  return { type: 'function', function: { name: names.spell(name), ...(description === undefined ? {} : { description }), parameters } }
}

/** All tools are strict, or none. */
function writeStrict(tools: readonly Tool[], { losses }: Writing): JsonObject {
  const strict = tools.filter(tool => tool.strict === true)
  if (strict.length === tools.length) return { strict_tools: true }
  if (strict.length > 0) losses.drop('tools.strict', `${dialect} takes it for all tools or for none`, 'tools')
  return {}
}
