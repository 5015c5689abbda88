/** The endpoints for tagging headers. */

import { gatewayError, StorageUnavailable, type AdminCall, type AdminEndpoint } from '../../core/index.ts'
import { definition } from '../shared/admin/definition.ts'
import file from '../../schemas/admin/tagging.schema.json' with { type: 'json' }
import type { TaggingSettings, TaggingSettingsWrite } from '../../schemas/admin/tagging.schema.ts'
import type { Tagging } from './tagging.ts'
import { flawIn, nameOf, type TaggingHeader } from './tagging-header.ts'

const tagged = ({ headers }: TaggingSettings) => headers

export function endpointsOf(tagging: Tagging): readonly AdminEndpoint[] {
  return [
    {
      method: 'GET',
      path: '/tagging/settings',
      scope: 'global',
      summary: 'The headers in which callers send labels.',
      response: definition(file, 'TaggingSettings'),
      tagged,
      handle: async () => viewOf(tagging, await isReadable(tagging)),
    },
    {
      method: 'PUT',
      path: '/tagging/settings',
      scope: 'global',
      summary: 'Sets the headers in which callers send labels.',
      body: definition(file, 'TaggingSettingsWrite'),
      response: definition(file, 'TaggingSettings'),
      tagged,
      handle: call => put(tagging, call),
    },
  ]
}

/** While the store is away, what was read before is shown. */
async function isReadable(tagging: Tagging): Promise<boolean> {
  try {
    await tagging.read()
    return true
  } catch (cause) {
    if (cause instanceof StorageUnavailable) return false
    throw cause
  }
}

async function put(tagging: Tagging, call: AdminCall): Promise<TaggingSettings> {
  const { headers } = call.body as TaggingSettingsWrite
  const wanted = headers.map(({ header, prefix, delimiter, do_not_pass }) => ({ header, prefix, delimiter, do_not_pass }))
  let before: TaggingSettings | undefined
  await tagging.change(() => {
    before = viewOf(tagging)
    call.ifMatch(before.headers)
    return checked(tagging, wanted)
  })
  const after = viewOf(tagging)
  call.changed(before, after)
  return after
}

/** Those that the configuration names may stand among the others, as they are there. @throws GatewayError that points */
function checked(tagging: Tagging, wanted: readonly TaggingHeader[]): readonly TaggingHeader[] {
  wanted.forEach((header, index) => {
    const param = `headers.${index}.header`
    const flaw = flawIn(header, wanted.slice(0, index))
    if (flaw !== undefined) throw gatewayError('invalid_value', flaw, { param })
    const standing = tagging.configured.find(other => nameOf(other) === nameOf(header))
    if (standing !== undefined && !isSame(standing, header))
      throw gatewayError('managed_resource', `the configuration says how ${standing.header} is read`, { param })
  })
  return wanted.filter(header => !tagging.isConfigured(header))
}

function isSame(one: TaggingHeader, other: TaggingHeader): boolean {
  return one.prefix === other.prefix && one.delimiter === other.delimiter && one.do_not_pass === other.do_not_pass
}

function viewOf(tagging: Tagging, editable = true): TaggingSettings {
  return { headers: tagging.headers.map(header => ({ ...header, managed: tagging.isConfigured(header) })), editable }
}
