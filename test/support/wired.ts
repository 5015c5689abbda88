/** Two ends of a wire, in one process: packets go as JSON, and are counted. */

import { Rpc, type Packet } from '../../core/workers/rpc.ts'

export function wired(): { readonly one: Rpc; readonly other: Rpc; readonly packets: Packet[] } {
  const packets: Packet[] = []
  const to = (end: () => Rpc) => (packet: Packet, sent: () => void) => {
    packets.push(packet)
    end().hear(JSON.parse(JSON.stringify(packet)) as Packet)
    sent()
  }
  const one: Rpc = new Rpc(to(() => other))
  const other: Rpc = new Rpc(to(() => one))
  return { one, other, packets }
}
