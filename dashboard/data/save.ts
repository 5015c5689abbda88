/** Gives the reader a file. */

export function saveFile(content: Blob, name: string): void {
  const url = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}

/** A table for spreadsheets (RFC 4180). What they would compute is spelled so that they do not. */
export function csvOf(lines: readonly (readonly (string | number | undefined)[])[]): string {
  return lines.map(line => `${line.map(cell).join(',')}\r\n`).join('')
}

function cell(value: string | number | undefined = ''): string {
  if (typeof value === 'number') return String(value)
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
