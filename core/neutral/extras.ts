/** What a caller says beside the dialect's own fields: for one vendor, or for whoever knows it. */

import { isObject } from './arguments.ts'
import { refusal } from './losses.ts'
import type { Members } from './members.ts'
import type { JsonObject, NeutralRequest } from './request.ts'

/** The members of a body that its reader has no rule for, and those of `extra_body`: objects there are meant for the vendor of that name. */
export function readExtras(body: Members, known: ReadonlySet<string>): Pick<NeutralRequest, 'extras' | 'vendorExtras'> {
  const { vendorExtras, rest } = readExtraBody(body)
  return { extras: { ...body.rest(known), ...providerObject(body), ...rest }, vendorExtras }
}

/** As a string it is the gateway's, as an object a router's. */
function providerObject(body: Members): JsonObject {
  const provider = body.any('provider')
  return isObject(provider) ? { provider } : {}
}

/**
 * Members that would put a prompt beside the one that policy has seen are not among those that go on.
 * @param reserved the target's words for a prompt
 * @param vendor whose own members in `extra_body` go on, too
 * @throws GatewayError 400
 */
export function refuseReserved({ extras, vendorExtras }: NeutralRequest, reserved: readonly string[], vendor?: string): void {
  refuseIn(extras, '', reserved)
  const own = vendor === undefined ? undefined : vendorExtras[vendor]
  if (own !== undefined) refuseIn(own, `extra_body.${vendor}.`, reserved)
}

function refuseIn(members: JsonObject, at: string, reserved: readonly string[]): void {
  const name = reserved.find(each => Object.hasOwn(members, each))
  if (name !== undefined) throw refusal(at + name, `${name} is not taken beside the messages`)
}

function readExtraBody(body: Members): { readonly vendorExtras: NeutralRequest['vendorExtras']; readonly rest: JsonObject } {
  const extra = body.any('extra_body')
  if (!isObject(extra)) return { vendorExtras: {}, rest: extra === undefined ? {} : { extra_body: extra } }
  const entries = Object.entries(extra)
  const others = entries.filter(([, value]) => !isObject(value))
  return {
    vendorExtras: Object.fromEntries(entries.filter((entry): entry is [string, JsonObject] => isObject(entry[1]))),
    rest: others.length === 0 ? {} : { extra_body: Object.fromEntries(others) },
  }
}
