-- wrk … -s requests.lua ADDRESS -- METHOD FILE BODY
-- Each line of FILE is a path and a token; the requests are made beforehand and sent in turn.
local prepared, count, sent = {}, 0, 0

function init(arguments)
  local method, file, body = arguments[1], arguments[2], arguments[3]
  for line in io.lines(file) do
    local path, token = line:match("^(%S+) (%S+)$")
    local headers = { ["Host"] = wrk.host, ["Accept"] = "application/json", ["Authorization"] = "Bearer " .. token }
    if body then
      headers["Content-Type"] = "application/json"
    end
    count = count + 1
    prepared[count] = wrk.format(method, path, headers, body)
  end
end

function request()
  sent = sent % count + 1
  return prepared[sent]
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.status + errors.connect + errors.read + errors.write + errors.timeout
  io.stderr:write(string.format("DONE %d %d %d %.1f %.1f\n", summary.requests, summary.duration, failed,
    latency:percentile(50), latency:percentile(99)))
end
