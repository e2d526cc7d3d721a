-- For wrk: posts the claims of a file, one a request, as tests/bench/README.md says.
local bodies = {}
for line in io.lines(os.getenv("CLAIMS")) do bodies[#bodies + 1] = line end
local place = 0

request = function()
  place = place % #bodies + 1
  return wrk.format("POST", "/v1/scrub?asOf=2026-03-31", {["Content-Type"] = "application/json"}, bodies[place])
end
