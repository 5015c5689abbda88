/** Where long strings of JSON end: found by sixteen bytes at once, which JavaScript cannot say. */

/** What is looked at is copied for it, in pieces of at most so many bytes. */
const windowBytes = 64 * 1024

/** Compiled from string-end.wat. */
export const compiled =
  'AGFzbQEAAAABBwFgAn9/AX8DAgEABQMBAAIHEQIGbWVtb3J5AgAEc2NhbgAACvIBAe8BAgF7An8DQCAAIAFPBEAgAUECdEEBcg8LIAD9AAQAIQIgAv0MIiIiIiIiIiIiIiIiIiIiIv0j' +
  'IAL9DFxcXFxcXFxcXFxcXFxcXFz9I/1QIAL9DCAgICAgICAgICAgICAgICD9Jv1Q/WQhBCAERQRAIABBEGohAAwBCyAAIARoaiEAIAAgAU8NACAALQAAIQMgA0EiRgRAIABBAWpBAnQP' +
  'CyADQdwARgRAIABBAWogAU8EQCAAQQJ0QQFyDwsgAEECaiEADAELIANBCUYgA0EKRnIgA0ENRnIEQCAAQQJ0QQJyDwsgAEEBaiEADAALAAs='

interface Instructions {
  readonly memory: { readonly buffer: ArrayBuffer }
  /** What string-end.wat says of it. */
  scan(at: number, end: number): number
}

let instructions: Instructions | undefined
/** How many have used the memory, and whose bytes are in it: a number, which keeps nobody alive. */
let users = 0
let owner = 0

export class StringEnds {
  readonly #bytes: Buffer
  readonly #limit: number
  readonly #instructions: Instructions
  readonly #number = (users += 1)
  #from = 0
  #to = 0

  /** @param limit where the bytes end that are looked at */
  constructor(bytes: Buffer, limit: number) {
    this.#bytes = bytes
    this.#limit = limit
    this.#instructions = instructions ??= instantiate()
  }

  /**
   * Escapes are passed over, whatever they are.
   * @param at a place in a string that is not in the middle of an escape
   * @returns the place behind the quote that ends it; of a raw tab or line end, or of the limit if that comes first, the complement
   */
  end(at: number): number {
    for (;;) {
      if (owner !== this.#number || at < this.#from || at >= this.#to) this.#copy(at)
      const said = this.#instructions.scan(at - this.#from, this.#to - this.#from)
      const found = said & 3
      at = this.#from + (said >> 2)
      if (found === 0) return at
      if (found === 2) return ~at
      if (this.#to === this.#limit) return ~this.#limit
      this.#copy(at)
    }
  }

  #copy(from: number): void {
    owner = this.#number
    this.#from = from
    this.#to = Math.min(from + windowBytes, this.#limit)
    new Uint8Array(this.#instructions.memory.buffer).set(this.#bytes.subarray(from, this.#to))
  }
}

/** As much as is used here: Node's types leave it to those of browsers. */
interface WebAssembly {
  readonly Module: new (bytes: Buffer) => object
  readonly Instance: new (module: object) => { readonly exports: unknown }
}

function instantiate(): Instructions {
  const { Module, Instance } = (globalThis as unknown as { readonly WebAssembly: WebAssembly }).WebAssembly
  return new Instance(new Module(Buffer.from(compiled, 'base64'))).exports as Instructions
}
