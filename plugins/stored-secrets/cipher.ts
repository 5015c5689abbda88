/** AES-256-GCM in one text: nonce, tag and ciphertext, in base64. */

import { argon2, createCipheriv, createDecipheriv } from 'node:crypto'
import { promisify } from 'node:util'

const algorithm = 'aes-256-gcm'
export const nonceBytes = 12
const tagBytes = 16

/** @param about what the text belongs to: it opens with nothing else */
export function encrypt(key: Buffer, nonce: Buffer, text: Buffer, about: string): string {
  const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(about))
  const encrypted = Buffer.concat([cipher.update(text), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), encrypted]).toString('base64')
}

/** @throws Error if it was encrypted with another key, or about something else */
export function decrypt(key: Buffer, encrypted: string, about: string): Buffer {
  const bytes = Buffer.from(encrypted, 'base64')
  const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes }).setAAD(Buffer.from(about))
  decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes))
  return Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()])
}

/** How a key is derived from what the operator chose, which may be short: OWASP's first choice for Argon2id. */
export const derivation = { parallelism: 1, memory: 47_104, passes: 1 } as const

export type Derivation = { readonly [K in keyof typeof derivation]: number }

/** A key of 256 bits. */
export async function derive(secret: string, salt: Buffer, { parallelism, memory, passes }: Derivation): Promise<Buffer> {
  return await promisify(argon2)('argon2id', { message: secret, nonce: salt, parallelism, memory, passes, tagLength: 32 })
}
