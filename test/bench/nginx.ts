/** The cheap upstreams: nginx, one process, answering every chat call with the same reply, plain on one port and streamed on another. */

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { modelList } from '../../core/testing/chat-samples.ts'
import { freePort } from '../../core/testing/port.ts'
import { Child } from './child.ts'
import { model, responseId, surfaces, type SurfaceName } from './samples.ts'

export interface Nginx {
  /** Base URL of the upstream that answers JSON. */
  readonly plainUrl: string
  /** Base URL of the upstream that answers a stream, all events in one go. */
  readonly streamUrl: string
  readonly child: Child
}

/** Starts nginx with everything it writes kept under `folder`. */
export async function startNginx(folder: string): Promise<Nginx> {
  const plainPort = await freePort()
  const streamPort = await freePort()
  await writeSite(join(folder, 'plain'), ({ plain }) => plain)
  await writeSite(join(folder, 'stream'), ({ events }) => events.join(''))
  const config = join(folder, 'nginx.conf')
  await writeFile(
    config,
    nginxConfig(folder, [server(plainPort, join(folder, 'plain'), 'application/json'), server(streamPort, join(folder, 'stream'), 'text/event-stream')]),
  )
  const child = Child.start('nginx', ['-p', folder, '-c', config], { folder, log: 'nginx.log' })
  return { plainUrl: `http://127.0.0.1:${plainPort}/v1`, streamUrl: `http://127.0.0.1:${streamPort}/v1`, child }
}

/** The replies are files named like the routes. */
async function writeSite(root: string, replyOf: (surface: (typeof surfaces)[SurfaceName]) => string): Promise<void> {
  await mkdir(join(root, 'v1/chat'), { recursive: true })
  for (const surface of Object.values(surfaces)) await writeFile(join(root, surface.path), replyOf(surface))
  await writeFile(join(root, 'v1/models'), JSON.stringify(modelList([model])))
}

function nginxConfig(folder: string, servers: readonly string[]): string {
  return `
daemon off;
master_process off; # one process, as whoever started it
pid ${folder}/nginx.pid;
error_log stderr crit;
events { worker_connections 1024; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on; # head and body in one packet
  open_file_cache max=16 inactive=1h;
  open_file_cache_valid 1h;
  keepalive_requests 1000000000;
  keepalive_timeout 1h;
  client_max_body_size 16m;
  client_body_buffer_size 2m; # never to disk
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(name => `${name}_temp_path ${folder}/temp_${name};`).join('\n  ')}
  ${servers.join('\n  ')}
}
`
}

/**
 * A file answers POST with 405, which becomes the file. The mirror is there because it makes nginx read the request's body whole first;
 * the filter, which finds nothing, because it makes nginx forget the length of a stream, so that it goes out in chunks as streams do.
 */
function server(port: number, root: string, contentType: string): string {
  return `server {
    listen 127.0.0.1:${port};
    root ${root};
    default_type ${contentType};
    etag off;
    max_ranges 0;
    sub_filter_types text/event-stream;
    sub_filter 'no such words' '';
    location / { mirror /body-read; error_page 405 =200 $uri; }
    location = ${surfaces.responses.path} { mirror /body-read; error_page 405 =200 $uri; sub_filter_types *; sub_filter_once off; sub_filter '${responseId}' '$request_id'; } # responses are kept by their ids
    location = /v1/models { default_type application/json; }
    location = /body-read { internal; return 204; }
  }`
}
