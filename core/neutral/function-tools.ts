/** The tools of a request, for a target that knows only functions. */

import { isObject } from './arguments.ts'
import { refusal, type Losses } from './losses.ts'
import type { Json, NeutralRequest, Tool, ToolChoice } from './request.ts'
import type { TranslationOptions } from './translation.ts'

export interface FunctionTools {
  readonly tools: readonly Tool[]
  /** Absent without tools: several targets refuse it alone. */
  readonly choice?: ToolChoice
  readonly isParallel?: boolean
}

export interface FunctionToolRules {
  /** The target's dialect, for messages. */
  readonly target: string
  readonly options: TranslationOptions
  /** What becomes of a tool that a vendor runs itself. */
  readonly hosted: 'refuse' | 'drop'
  /** The target takes tools with free text, too; by default they are wrapped or left out. */
  readonly takesCustom?: boolean
}

/** The schema of a function that stands for a tool which takes free text. */
const wrapped = { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] }

/** Leaves out, wraps or refuses what is no function; a choice that names nothing any more becomes `auto`. @throws GatewayError 400 */
export function functionTools(request: NeutralRequest, rules: FunctionToolRules, losses: Losses): FunctionTools {
  const tools = request.tools.flatMap((tool, index) => asFunction(tool, index, rules, losses))
  if (tools.length === 0) return { tools }
  const choice = request.toolChoice === undefined ? undefined : remaining(request.toolChoice, new Set(tools.map(({ name }) => name)))
  return {
    tools,
    ...(choice === undefined ? {} : { choice }),
    ...(request.parallelToolCalls === undefined ? {} : { isParallel: request.parallelToolCalls }),
  }
}

/** For targets that know no list of allowed tools: those on it, and those of `alsoKept`. */
export function allowedTools(tools: readonly Tool[], choice: ToolChoice | undefined, alsoKept: ReadonlySet<string> = new Set()): readonly Tool[] {
  if (choice?.kind !== 'allowed') return tools
  const names = new Set(choice.names)
  return tools.filter(({ name }) => names.has(name) || alsoKept.has(name))
}

function asFunction(tool: Tool, index: number, { target, options, hosted, takesCustom = false }: FunctionToolRules, losses: Losses): readonly Tool[] {
  if (tool.hosted !== undefined) {
    const type = isObject(tool.hosted) && typeof tool.hosted['type'] === 'string' ? tool.hosted['type'] : tool.name
    if (hosted === 'refuse') throw refusal(tool.at ?? `tools[${index}]`, `the tool ${type} cannot be translated to ${target}`)
    losses.drop(`tools.${type}`, `not taken by ${target}`, tool.at ?? `tools[${index}]`)
    return []
  }
  if (tool.custom === undefined || takesCustom) return [tool]
  if (options.wrap_custom_tools) return [wrap(tool)]
  losses.drop('tools.custom', `not taken by ${target}`, tool.at ?? `tools[${index}]`)
  return []
}

function wrap({ custom, ...tool }: Tool): Tool {
  const description = [tool.description, grammarOf(custom)].filter(text => text !== undefined && text !== '').join('\n\n')
  return { ...tool, schema: wrapped, ...(description === '' ? {} : { description }) }
}

/** The grammar of a tool's free text, wherever its dialect puts it. */
function grammarOf(custom: Json | undefined): string | undefined {
  if (!isObject(custom)) return undefined
  const { definition } = custom
  if (typeof definition === 'string') return definition
  return grammarOf(custom['format']) ?? grammarOf(custom['grammar']) ?? grammarOf(custom['custom'])
}

function remaining(choice: ToolChoice, names: ReadonlySet<string>): ToolChoice {
  if (choice.kind === 'named') return names.has(choice.name) ? choice : { kind: 'auto' }
  if (choice.kind !== 'allowed') return choice
  const left = choice.names.filter(name => names.has(name))
  return left.length === 0 ? { kind: 'auto' } : { ...choice, names: left }
}
