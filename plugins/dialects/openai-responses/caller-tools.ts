/** Reads the tools of a request, and which of them may be called. */

import { gatewayError } from '../../../core/errors.ts'
import { isObject } from '../../../core/neutral/arguments.ts'
import { defined, Members } from '../../../core/neutral/members.ts'
import type { Losses } from '../../../core/neutral/losses.ts'
import type { Json, Tool, ToolChoice } from '../../../core/neutral/request.ts'
import { dropUnknown, knownMembers } from '../../../core/neutral/unknown.ts'
import { flatName, toolName } from './namespaces.ts'

/** By the type of a tool. */
const known = new Map([
  ['function', knownMembers(['type', 'name', 'description', 'parameters', 'strict'])],
  ['custom', knownMembers(['type', 'name', 'description', 'format'])],
])

const ofNamespace = knownMembers(['type', 'name', 'description', 'tools'])

/** Those of the request, and those that its input adds: no other dialect can say when. The last of a name counts. */
export function readTools(body: Members, losses: Losses): readonly Tool[] {
  const tools = readGroup(body, losses)
  const added = addedTools(body).flatMap(item => readGroup(item, losses))
  return added.length === 0 ? tools : [...new Map([...tools, ...added].map(tool => [tool.name, tool])).values()]
}

function addedTools(body: Members): readonly Members[] {
  const input = body.any('input')
  if (!Array.isArray(input)) return []
  return input.flatMap((item: Json, index) => (isObject(item) && item['type'] === 'additional_tools' ? [Members.of(item, `input[${index}]`)] : []))
}

function readGroup(group: Members, losses: Losses): readonly Tool[] {
  return group.objects('tools').flatMap(tool => (tool.text('type') === 'namespace' ? readNamespace(tool, losses) : [readTool(tool, losses)]))
}

function readNamespace(group: Members, losses: Losses): readonly Tool[] {
  dropUnknown(group, ofNamespace, losses)
  if (group.text('description') !== undefined) losses.silent('tools.description', 'a namespace has none elsewhere')
  const namespace = group.filled('name')
  return group.objects('tools').map(member => {
    const tool = readTool(member, losses)
    const own = { namespace, name: tool.name }
    return { ...tool, name: flatName(own), own }
  })
}

function readTool(tool: Members, losses: Losses): Tool {
  const type = tool.text('type') ?? 'function'
  const ofType = known.get(type)
  if (ofType !== undefined) dropUnknown(tool, ofType, losses)
  switch (type) {
    case 'function':
      return defined<Tool>({
        name: tool.filled('name'),
        description: tool.text('description'),
        schema: tool.any('parameters'),
        strict: tool.flag('strict'),
        at: tool.at,
      })
    case 'custom':
      return defined<Tool>({ name: tool.filled('name'), description: tool.text('description'), custom: tool.json, at: tool.at })
    default:
      return { name: type, hosted: tool.json, at: tool.at }
  }
}

/** A choice of a hosted tool names one that is left out: then any may be called. */
export function readToolChoice(body: Members): ToolChoice | undefined {
  const choice = body.any('tool_choice')
  if (choice === undefined) return undefined
  if (typeof choice === 'string') return simpleChoice(choice)
  const members = Members.of(choice, 'tool_choice')
  switch (members.text('type')) {
    case 'function':
    case 'custom':
      return { kind: 'named', name: toolName(members) }
    case 'allowed_tools':
      return {
        kind: 'allowed',
        names: members.objects('tools').filter(isCallable).map(toolName),
        mode: members.text('mode') === 'required' ? 'required' : 'auto',
      }
    default:
      return { kind: 'auto' }
  }
}

function simpleChoice(choice: string): ToolChoice {
  if (choice === 'auto' || choice === 'none' || choice === 'required') return { kind: choice }
  throw gatewayError('invalid_value', 'tool_choice must be one of auto, none and required, or name a tool', { param: 'tool_choice' })
}

function isCallable(tool: Members): boolean {
  const type = tool.text('type')
  return type === 'function' || type === 'custom'
}
