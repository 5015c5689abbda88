/** The endpoints for providers that administrators add. */

import { isDeepStrictEqual } from 'node:util'
import { gatewayError, type AddedProvider, type AdminCall, type AdminEndpoint, type Clock, type Configurations } from '../../core/index.ts'
import { definition } from '../shared/admin/definition.ts'
import { WriteTurns } from '../shared/admin/write-turns.ts'
import { invalidValue } from '../../core/errors.ts'
import { AddedProviderFault } from '../../core/services/added-providers.ts'
import file from '../../schemas/admin/provider-credentials.schema.json' with { type: 'json' }
import type { ProviderCredentialView, ProviderCredentialWrite } from '../../schemas/admin/provider-credentials.schema.ts'
import type { Entry, ProviderBook } from './book.ts'
import { checkPlaceholders, unmasked } from './masks.ts'
import { addedOf, openTexts, secretTexts, type KnownProvider } from './record.ts'
import { typeViews } from './types.ts'
import { declaredView, viewOf } from './view.ts'

export interface EndpointDeps {
  readonly book: ProviderBook
  readonly configurations: Configurations
  readonly clock: Clock
}

const path = '/provider-credentials'

export function endpointsOf(around: EndpointDeps): readonly AdminEndpoint[] {
  const turns = new WriteTurns('providers')
  return [
    {
      method: 'GET',
      path,
      scope: 'global',
      summary: 'Lists the providers with their credentials, secrets masked.',
      response: definition(file, 'ProviderCredentialList'),
      handle: () => viewsOf(around),
    },
    {
      method: 'GET',
      path: `${path}/types`,
      scope: 'global',
      summary: 'Lists the types of providers, and the fields of each.',
      response: definition(file, 'ProviderTypeList'),
      handle: () => typeViews(around.configurations.types),
    },
    {
      method: 'PUT',
      path,
      scope: 'global',
      summary: 'Adds or changes a provider, which serves immediately.',
      body: definition(file, 'ProviderCredentialWrite'),
      response: definition(file, 'ProviderCredentialView'),
      handle: call => turns.take(() => put(around, call)),
    },
    {
      method: 'DELETE',
      path: `${path}/:name`,
      scope: 'global',
      summary: 'Removes a provider; running calls finish as they began.',
      handle: call => turns.take(() => remove(around, call)),
    },
  ]
}

async function put(around: EndpointDeps, call: AdminCall): Promise<ProviderCredentialView> {
  const { book, configurations, clock } = around
  const body = call.body as ProviderCredentialWrite
  if (body.name.trim() !== body.name) throw invalidValue('name', 'a name neither begins nor ends with a blank')
  const standing = changeable(around, body.name, call)
  const before = standing === undefined ? undefined : view(around, standing)
  const now = clock.now()
  const known = knownOf(body, standing?.known, { book, created: standing?.stored.value.created_at ?? now, now })
  try {
    configurations.check(addedOf(known, book.mayRefer))
  } catch (cause) {
    throw asRefusal(cause)
  }
  await change(around, book.allWith(known.name, known), known.enabled ? known.name : undefined, () => book.put(known, standing?.stored.revision ?? 0))
  const after = view(around, book.find(known.name) as Entry)
  call.changed(before, after)
  return after
}

async function remove(around: EndpointDeps, call: AdminCall): Promise<void> {
  const { book } = around
  const { name = '' } = call.params
  const standing = changeable(around, name, call)
  if (standing === undefined) throw gatewayError('not_found', `there is no provider ${JSON.stringify(name)}`, { param: 'name' })
  const before = view(around, standing)
  await change(around, book.allWith(name, undefined), undefined, () => book.delete(name, standing.stored.revision))
  call.changed(before, undefined)
}

/**
 * Has other instances serve, and the store say so: both, or none.
 * @param name the one that must be able to
 */
async function change(
  { book, configurations }: EndpointDeps,
  added: readonly AddedProvider[],
  name: string | undefined,
  write: () => Promise<void>,
): Promise<void> {
  const isAsBefore = isDeepStrictEqual(added, book.all) && (name === undefined || !configurations.leftOut.has(name))
  const prepared = isAsBefore
    ? undefined
    : await configurations.prepare(added, name).catch((cause: unknown) => {
        throw asRefusal(cause, name === undefined)
      })
  try {
    await write()
  } catch (cause) {
    await prepared?.drop()
    throw cause
  }
  prepared?.take()
}

/** What stands under a name. @throws GatewayError if the caller must not change it */
function changeable(around: EndpointDeps, name: string, call: AdminCall): Entry | undefined {
  const { book, configurations } = around
  if (configurations.declared.has(name))
    throw gatewayError('managed_resource', `the configuration declares ${JSON.stringify(name)}`, { status: 400, param: 'name' })
  const standing = book.find(name)
  call.ifMatch(standing === undefined ? undefined : view(around, standing), viewsOf(around))
  return standing
}

interface Standing {
  readonly book: ProviderBook
  /** Milliseconds since 1970. */
  readonly created: number
  readonly now: number
}

/** @throws GatewayError for what it cannot say */
function knownOf(body: ProviderCredentialWrite, standing: KnownProvider | undefined, { book: { mayRefer }, created, now }: Standing): KnownProvider {
  const given = (field: (typeof openTexts)[number] | (typeof secretTexts)[number]) => body[field]?.trim() || undefined
  const checked = (text: string, param: string, mayBeReference = false) => {
    checkPlaceholders(text, mayBeReference, param)
    return text
  }
  const open = openTexts.flatMap(field => {
    const text = given(field)
    return text === undefined ? [] : [[field, checked(text, field)]]
  })
  const secret = secretTexts.flatMap(field => {
    const text = given(field)
    return text === undefined ? [] : [[field, checked(unmasked(text, standing?.secrets[field], field), field)]]
  })
  const keys = (body.api_keys ?? []).map((key, at) => checked(unmasked(key.trim(), standing?.api_keys[at], `api_keys.${at}`), `api_keys.${at}`, mayRefer))
  const blank = keys.indexOf('')
  if (blank >= 0) throw invalidValue(`api_keys.${blank}`, 'a key is more than blanks')
  for (const [at, model] of (body.models ?? []).entries()) checkPlaceholders(model, false, `models.${at}`)
  const rules = Object.entries(body.trip_on ?? {})
  for (const [name, { match }] of rules) checkPlaceholders(match, false, `trip_on.${name}.match`)
  return {
    ...(Object.fromEntries(open) as Pick<KnownProvider, (typeof openTexts)[number]>),
    name: body.name,
    type: body.type,
    api_keys: keys,
    secrets: Object.fromEntries(secret) as KnownProvider['secrets'],
    session_sticky_keys: body.session_sticky_keys ?? true,
    models: body.models ?? [],
    trip_on: Object.fromEntries(rules),
    enabled: body.enabled ?? true,
    created_at: created,
    updated_at: now,
  }
}

/** @param isRemoval something else needs what shall not be there any more */
function asRefusal(cause: unknown, isRemoval = false): unknown {
  if (!(cause instanceof AddedProviderFault)) return cause
  const { message, param } = cause
  return gatewayError(isRemoval ? 'in_use' : 'registration_failed', message, { cause, ...(param === undefined ? {} : { param: bodyMember(param) }) })
}

/** Where the body says what stands there in a block. */
function bodyMember(member: string): string {
  return member.replace(/^resilience\.circuit_breaker\./, '')
}

/** What the configuration declares under a name counts before what is stored. */
function viewsOf(around: EndpointDeps): readonly ProviderCredentialView[] {
  const {
    book,
    configurations: { declared },
  } = around
  const views = [
    ...[...declared.values()].map(declaredView),
    ...book.entries.filter(({ stored: { id } }) => !declared.has(id)).map(entry => view(around, entry)),
  ]
  return views.toSorted((one, other) => (one.name < other.name ? -1 : 1))
}

function view({ configurations: { leftOut } }: EndpointDeps, entry: Entry): ProviderCredentialView {
  return viewOf(entry, leftOut.get(entry.stored.id))
}
