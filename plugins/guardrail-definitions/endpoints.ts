/** The endpoints for guardrails, their types and plugins. */

import { gatewayError, normaliseUserPath, type AdminCall, type AdminEndpoint, type Clock, type KnownPlugins, type Variants } from '../../core/index.ts'
import { definition } from '../shared/admin/definition.ts'
import { WriteTurns } from '../shared/admin/write-turns.ts'
import { invalidValue } from '../../core/errors.ts'
import { suggestion } from '../../core/config/problems/suggestion.ts'
import file from '../../schemas/admin/guardrails.schema.json' with { type: 'json' }
import type { GuardrailName, GuardrailTest, GuardrailTestResult, GuardrailView, GuardrailWrite } from '../../schemas/admin/guardrails.schema.ts'
import { ruleOf, type Definition, type DefinitionBook, type StoredDefinition } from './book.ts'
import { split, unmasked } from './secret-config.ts'
import { setUpOnce, tried } from './trial.ts'
import type { GuardrailType } from './types.ts'
import { pluginView, typeView, viewOf } from './view.ts'

export interface EndpointDeps {
  readonly book: DefinitionBook
  readonly types: readonly GuardrailType[]
  readonly plugins: KnownPlugins
  readonly variants: Variants
  readonly version: string
  readonly clock: Clock
}

export function endpointsOf(around: EndpointDeps): readonly AdminEndpoint[] {
  const { book, types, plugins, version } = around
  const turns = new WriteTurns('guardrails')
  return [
    {
      method: 'GET',
      path: '/plugins',
      scope: 'global',
      summary: 'Lists the available plugins, and those that failed to load.',
      response: definition(file, 'PluginList'),
      handle: async () => (await plugins.list()).map(plugin => pluginView(plugin, version)),
    },
    {
      method: 'GET',
      path: '/guardrails/types',
      scope: 'global',
      summary: 'Lists the types of guardrails, and the form of each.',
      response: definition(file, 'GuardrailTypes'),
      handle: () => types.map(typeView),
    },
    {
      method: 'GET',
      path: '/guardrails',
      scope: 'global',
      summary: 'Lists the guardrails, their secrets masked.',
      response: definition(file, 'GuardrailList'),
      handle: () => book.all.map(viewOf),
    },
    {
      method: 'PUT',
      path: '/guardrails',
      scope: 'global',
      summary: 'Creates a guardrail, or changes it wherever it is used.',
      body: definition(file, 'GuardrailWrite'),
      response: definition(file, 'GuardrailView'),
      handle: call => turns.take(() => put(around, call)),
    },
    {
      method: 'DELETE',
      path: '/guardrails',
      scope: 'global',
      summary: 'Deletes a guardrail that no workflow names.',
      body: definition(file, 'GuardrailName'),
      handle: call => turns.take(() => remove(book, call)),
    },
    {
      method: 'POST',
      path: '/guardrails/test',
      scope: 'global',
      summary: 'Tries a guardrail on a text; nothing is stored, and nothing is sent but what it sends itself.',
      body: definition(file, 'GuardrailTest'),
      response: definition(file, 'GuardrailTestResult'),
      handle: call => test(around, call),
    },
  ]
}

async function put(around: EndpointDeps, call: AdminCall): Promise<GuardrailView> {
  const { book, clock } = around
  const body = call.body as GuardrailWrite
  const standing = checked(book, body.name, call)
  const taken = book.takenBy(body.name)
  if (taken !== undefined) throw gatewayError('conflict', taken, { param: 'name' })
  const type = typeNamed(around.types, body.type)
  const isSameType = standing?.rule.type === body.type
  const config = unmasked(body.config ?? {}, isSameType ? standing.rule.config : {}, type.definition.schema)
  const now = clock.now()
  const { open, secret } = split(config, type.definition.schema)
  const value: StoredDefinition = {
    type: body.type,
    description: body.description?.trim() ?? '',
    user_path: userPathOf(body, type),
    config: open,
    secret_config: '',
    fail_mode: body.fail_mode ?? null,
    timeout_ms: body.timeout_ms ?? null,
    created_at: standing?.stored?.value.created_at ?? now,
    updated_at: now,
  }
  const variant = await setUpOnce(around.variants, body.name, type, ruleOf(body.name, config, value))
  await variant.release()
  const before = standing === undefined ? undefined : viewOf(standing)
  await book.put(body.name, value, secret, { expected: standing?.stored?.revision ?? 0 })
  const after = viewOf(book.find(body.name) as Definition)
  call.changed(before, after)
  return after
}

async function remove(book: DefinitionBook, call: AdminCall): Promise<void> {
  const { name } = call.body as GuardrailName
  const standing = checked(book, name, call)
  if (standing?.stored === undefined) throw gatewayError('not_found', `there is no guardrail ${JSON.stringify(name)}`, { param: 'name' })
  const users = book.usersOf(name)
  if (users.length > 0) throw gatewayError('in_use', `${JSON.stringify(name)} is used by ${users.join(', ')}`, { param: 'name' })
  const before = viewOf(standing)
  await book.delete(name, standing.stored.revision)
  call.changed(before, undefined)
}

async function test({ book, types, variants }: EndpointDeps, { body, exchange: { caller, signal } }: AdminCall): Promise<GuardrailTestResult> {
  const { name = '', type: named, config: given = {}, fail_mode: failMode = null, timeout_ms: timeoutMs = null, role = 'user', ...rest } = body as GuardrailTest
  const found = book.find(name)
  const standing = found?.rule.type === named ? found : undefined
  const type = standing?.type ?? typeNamed(types, named)
  const config = unmasked(given, standing?.rule.config ?? {}, type.definition.schema)
  const rule = ruleOf(name, config, { type: named, user_path: userPathOf(rest, type), fail_mode: failMode, timeout_ms: timeoutMs })
  return await tried({ variants, type, rule, caller, signal }, { role, text: rest.text })
}

/** What stands under a name, if the caller may change it. */
function checked(book: DefinitionBook, name: string, call: AdminCall): Definition | undefined {
  if (name.trim() !== name) throw invalidValue('name', 'a name neither begins nor ends with a blank')
  const standing = book.find(name)
  if (standing !== undefined && standing.stored === undefined)
    throw gatewayError('managed_resource', `the configuration says what ${JSON.stringify(name)} is`, { param: 'name' })
  call.ifMatch(standing === undefined ? undefined : viewOf(standing), book.all.map(viewOf))
  return standing
}

function typeNamed(types: readonly GuardrailType[], name: string): GuardrailType {
  const type = types.find(known => known.type === name)
  if (type === undefined)
    throw invalidValue(
      'type',
      `there is no type ${JSON.stringify(name)}${suggestion(
        name,
        types.map(known => known.type),
      )}`,
    )
  return type
}

function userPathOf({ user_path: given }: Pick<GuardrailWrite, 'user_path'>, { type, definition: { schema } }: GuardrailType): string {
  const path = normaliseUserPath(given)
  if (path === undefined) throw invalidValue('user_path', 'no user path has . or .. segments, or a colon')
  if (path !== '' && schema?.properties?.['user_path'] === undefined) throw invalidValue('user_path', `${type} makes no calls of its own`)
  return path
}
