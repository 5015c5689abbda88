/** The tools, and which of them the model may or must call. */

import type { JsonObject } from '../../../core/index.ts'
import type { NeutralRequest, Tool, ToolChoice } from '../../../core/neutral/request.ts'
import { allowedTools, functionTools } from '../../../core/neutral/function-tools.ts'
import { checkSchema, objectSchema, strictSchema, withoutMeta } from '../../../core/neutral/schema.ts'
import { dialect, isClaude, type Writing } from './writing.ts'

export interface WrittenTools {
  readonly toolConfig?: JsonObject
  /** For `additionalModelRequestFields`. */
  readonly fields: JsonObject
  /** What the system text has to say of them. */
  readonly sentences: readonly string[]
}

const doNotCall = 'Do not call any tool. Answer with text only.'

export function writeTools(request: NeutralRequest, writing: Writing): WrittenTools {
  const { to, losses, points } = writing
  const called = calledNames(request)
  const { tools, choice, isParallel } = functionTools(
    request,
    { target: dialect, options: to.options, hosted: request.from === 'anthropic-messages' ? 'refuse' : 'drop' },
    losses,
  )
  const isNone = choice?.kind === 'none'
  if (isNone && called.size === 0) return { fields: {}, sentences: [] }
  const specs: readonly Tool[] = tools.length === 0 ? [...called].map(name => ({ name })) : allowedTools(tools, choice, called)
  if (specs.length === 0) return { fields: {}, sentences: [] }
  if (isNone) losses.drop('tool_choice', `${dialect} has no choice of no tool; the model is asked not to call any`)
  const chosen = isNone || choice === undefined ? undefined : writeChoice(choice, writing)
  const isSerial = isParallel === false && !isNone
  if (isSerial && !isClaude(writing)) losses.drop('parallel_tool_calls', `not taken by ${to.model}`)
  const ownChoice = isSerial && isClaude(writing) ? { tool_choice: { ...anthropicChoice(choice, writing), disable_parallel_tool_use: true } } : {}
  return {
    toolConfig: {
      tools: specs.flatMap(tool => [writeTool(tool, writing), ...points.after(tool.cache)]),
      ...(chosen === undefined || 'tool_choice' in ownChoice ? {} : { toolChoice: chosen }),
    },
    fields: ownChoice,
    sentences: isNone ? [doNotCall] : [],
  }
}

/** The names of all tools that the history calls: the target wants to know them. */
function calledNames({ turns }: NeutralRequest): ReadonlySet<string> {
  return new Set(turns.flatMap(({ blocks }) => blocks.flatMap(block => (block.type === 'tool_call' ? [block.name] : []))))
}

function writeTool({ name, description, schema, strict, at }: Tool, { to, names, losses }: Writing): JsonObject {
  if (schema !== undefined) checkSchema(schema, at ?? 'tools')
  const isStrict = strict === true && to.traits.strictTools === true
  if (strict === true && !isStrict) losses.drop('tools.strict', `not taken by ${to.model}`, at)
  const object = objectSchema(withoutMeta(schema ?? null))
  return {
    toolSpec: {
      name: names.spell(name),
      ...(description === undefined || description === '' ? {} : { description }),
      inputSchema: { json: isStrict ? strictSchema(object) : object },
      ...(isStrict ? { strict: true } : {}),
    },
  }
}

/** Only some families can be made to call a tool. */
function writeChoice(choice: ToolChoice, { to, losses, names }: Writing): JsonObject {
  const isForced = choice.kind === 'required' || choice.kind === 'named' || (choice.kind === 'allowed' && choice.mode === 'required')
  if (!isForced) return { auto: {} }
  if (to.traits.forcedTools === false) {
    losses.drop('tool_choice', `${to.model} cannot be made to call a tool`)
    return { auto: {} }
  }
  return choice.kind === 'named' ? { tool: { name: names.spell(choice.name) } } : { any: {} }
}

/** Beside a field of the model's own that says the same, Converse's must be absent. */
function anthropicChoice(choice: ToolChoice | undefined, writing: Writing): JsonObject {
  const written = writeChoice(choice ?? { kind: 'auto' }, writing)
  if ('tool' in written) return { type: 'tool', ...(written['tool'] as JsonObject) }
  return { type: 'any' in written ? 'any' : 'auto' }
}
