/** The URLs of a provider instance. Messages never show them: they may hold passwords. */

/** A base URL without slashes at its end. @throws Error saying why it cannot be one */
export function baseUrl(text: string): string {
  const url = parse(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new Error('is neither http nor https')
  if (url.username !== '' || url.password !== '') throw new Error('holds a user or password')
  if (/[?#]/.test(text)) throw new Error('has a query or fragment')
  return text.trim().replace(/\/+$/, '')
}

/** A proxy's URL, as given. @throws Error saying why it cannot be one */
export function proxyUrl(text: string): string {
  const url = parse(text)
  if (!['http:', 'https:', 'socks5:', 'socks5h:'].includes(url.protocol)) throw new Error('is not http, https, socks5 or socks5h')
  if (url.hostname === '') throw new Error('names no host')
  if (!['', '/'].includes(url.pathname) || /[?#]/.test(text)) throw new Error('has a path, query or fragment')
  if (!isDecodable(url.username) || !isDecodable(url.password)) throw new Error('holds a user or password in which a % stands alone')
  return text.trim()
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

function parse(text: string): URL {
  const url = URL.parse(text)
  if (url === null) throw new Error('is not a URL')
  return url
}
