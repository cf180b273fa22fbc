-- Each request takes a random line of the file: path, then Authorization header, tab-separated.
local requests = {}

-- Not before init does wrk know the host.
function init()
  math.randomseed(os.time())
  for line in io.lines(os.getenv("BENCH_REQUESTS")) do
    local path, authorization = line:match("([^\t]+)\t(.+)")
    requests[#requests + 1] = wrk.format("POST", path, {
      ["Host"] = wrk.host .. ":" .. wrk.port,
      ["Authorization"] = authorization,
      ["Content-Type"] = "application/json",
    }, '{"resource":"https://management.azure.com"}')
  end
end

function request()
  return requests[math.random(#requests)]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("RESULT %.0f %.3f %d\n",
    summary.requests / (summary.duration / 1e6), latency:percentile(99) / 1000,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
