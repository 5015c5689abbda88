/** A key for servers of tests: for localhost, upstream.invalid, 127.0.0.1 and 192.31.196.1, until 2120. It protects nothing. */

import { readFileSync } from 'node:fs'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8')

export const certificate = { key: read('key.pem'), cert: read('certificate.pem') }

/** Has this process trust the certificate, until what it returns is called. */
export function trustCertificate(): () => void {
  const before = getCACertificates('default')
  setDefaultCACertificates([...before, certificate.cert])
  return () => {
    setDefaultCACertificates(before)
  }
}
