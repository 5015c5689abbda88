/** Lines of tables that administrators load into spreadsheets (RFC 4180). */

/** One line. Lists are joined by `; `, what else is no text is written as JSON. */
export function csvLine(values: readonly unknown[]): string {
  return `${values.map(cell).join(',')}\r\n`
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (Array.isArray(value)) return quoted(value.join('; '))
  return typeof value === 'string' ? quoted(value) : quoted(JSON.stringify(value))
}

/** A text that a spreadsheet would compute is spelled so that it does not. */
function quoted(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
