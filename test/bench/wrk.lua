-- Posts one body over and over; at the end prints what came of it as one line of JSON.
-- wrk … -s wrk.lua <url> -- <file with the body> <api key>

local call

-- Spelled here: a client sends its headers in one order, and wrk in another one each time it is started.
function init(args)
  local file = assert(io.open(args[1], 'rb'))
  local body = file:read('*a')
  file:close()
  call = string.format(
    'POST %s HTTP/1.1\r\nHost: %s:%s\r\nContent-Type: application/json\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n',
    wrk.path, wrk.host, wrk.port, args[2], #body) .. body
end

function request()
  return call
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format(
    '{"requests":%d,"microseconds":%d,"bytes":%d,"p50Us":%d,"p99Us":%d,"failures":%d}',
    summary.requests, summary.duration, summary.bytes, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
