/** A call as a command, for those who want to make it again. Their key is not in it. */

import type { AuditEntry } from '../../../schemas/admin/audit.schema.ts'
import { gatewayBase } from '../../data/api.ts'
import { curl, inShell } from '../../data/shell.ts'

/** Made by every client for itself. */
const own =
  /^(host|connection|content-length|content-type|transfer-encoding|expect|user-agent|authorization|traceparent|tracestate|x-request-id|accept.*|sec-.*|x-forwarded-.*|x-stainless-.*)$/

export function curlOf({ method, path, data: { request_body: body, request_headers: headers = {} } }: AuditEntry): string {
  const type = headers['content-type']
  const given = Object.entries(headers).filter(([name, value]) => !own.test(name.toLowerCase()) && value !== '[REDACTED]')
  return curl(`-X ${method} ${inShell(location.origin + gatewayBase + path)}`, [
    // In double quotes, so that the shell fills it in.
    '-H "Authorization: Bearer $TAPLINE_API_KEY"',
    ...given.map(([name, value]) => `-H ${inShell(`${name}: ${String(value)}`)}`),
    ...bodyOf(body, typeof type === 'string' ? type : 'application/json'),
  ])
}

function bodyOf(body: unknown, type: string): readonly string[] {
  if (body === undefined) return []
  if (type.startsWith('multipart/form-data')) return Object.entries(body as object).map(([name, value]) => `-F ${inShell(`${name}=${fieldText(value)}`)}`)
  return [`-H ${inShell(`Content-Type: ${type}`)}`, `-d ${inShell(typeof body === 'string' ? body : JSON.stringify(body))}`]
}

/** A file is the caller's to name. */
function fieldText(value: unknown): string {
  return typeof value === 'string' ? value : '@FILE'
}
