/** Tools and how they may be called. */

import type { Json, JsonObject } from '../../../core/index.ts'
import type { Losses } from '../../../core/neutral/losses.ts'
import type { NeutralRequest, Tool, ToolChoice } from '../../../core/neutral/request.ts'
import type { Destination } from '../../../core/neutral/translation.ts'
import { functionTools } from '../../../core/neutral/function-tools.ts'
import { checkSchema, objectSchema, withoutMeta } from '../../../core/neutral/schema.ts'
import type { ToolNames } from '../../../core/neutral/tool-names.ts'

/** `tools` and `toolConfig`, as far as there are any. */
export function toolsOf(request: NeutralRequest, to: Destination, names: ToolNames, losses: Losses): JsonObject {
  const rules = { target: 'Gemini', options: to.options, hosted: request.from === 'openai-responses' ? 'drop' : 'refuse' } as const
  const { tools, choice, isParallel } = functionTools(request, rules, losses)
  if (isParallel === false) losses.drop('parallel_tool_calls', 'Gemini may call several tools at once')
  const { config, only } = choiceOf(choice, to, names)
  const declared = only === undefined ? tools : tools.filter(({ name }) => only.includes(name))
  if (declared.length === 0) return {}
  return {
    tools: [{ functionDeclarations: declared.map(tool => declaration(tool, names, losses)) }],
    ...(config === undefined ? {} : { toolConfig: { functionCallingConfig: config } }),
  }
}

function declaration({ name, description, schema, strict, at = 'tools' }: Tool, names: ToolNames, losses: Losses): Json {
  if (strict === true) losses.drop('tools.strict', 'not taken by Gemini', at)
  return {
    name: names.spell(name),
    ...(description === undefined ? {} : { description }),
    parametersJsonSchema: parameters(schema, at),
  }
}

function parameters(schema: Json | undefined, at: string): Json {
  if (schema !== undefined) checkSchema(schema, at)
  return withoutMeta(objectSchema(schema))
}

/** @returns the config, and the tools to which the list is cut where the model cannot be told to choose among some */
function choiceOf(
  choice: ToolChoice | undefined,
  { traits }: Destination,
  names: ToolNames,
): { readonly config?: JsonObject; readonly only?: readonly string[] } {
  switch (choice?.kind) {
    case undefined:
      return {}
    case 'auto':
      return { config: { mode: 'AUTO' } }
    case 'none':
      return { config: { mode: 'NONE' } }
    case 'required':
      return { config: { mode: 'ANY' } }
    case 'named':
      return { config: { mode: 'ANY', allowedFunctionNames: [names.spell(choice.name)] } }
    case 'allowed': {
      const allowedFunctionNames = choice.names.map(name => names.spell(name))
      if (choice.mode === 'required') return { config: { mode: 'ANY', allowedFunctionNames } }
      return traits.strictTools === false ? { config: { mode: 'AUTO' }, only: choice.names } : { config: { mode: 'VALIDATED', allowedFunctionNames } }
    }
  }
}
