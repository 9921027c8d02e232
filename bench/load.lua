-- Transfers with unique keys. A line of the file that the environment names is a customer: account and token.
-- Threads share nothing: each has its number, so that no two send the same key (that would measure replays).
local threads = 0
function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(args)
  bulk = tonumber(os.getenv("BENCH_BULK"))
  hot = tonumber(os.getenv("BENCH_HOT"))
  run = os.getenv("BENCH_RUN")
  path = bulk > 1 and "/transactions/bulk" or "/transactions/initiate"
  accounts, tokens = {}, {}
  for line in io.lines(os.getenv("BENCH_CUSTOMERS")) do
    local account, token = line:match("(%S+) (%S+)")
    accounts[#accounts + 1], tokens[#tokens + 1] = account, token
  end
  math.randomseed(number + 1)
  sent = 0
end

local function transfer(from)
  local to = math.random(#accounts)
  if to == from then to = to % #accounts + 1 end
  sent = sent + 1
  return string.format('{"src_account":%s,"dest_account":%s,"amount":1.00,"idempotency_key":"%s-%d-%d"}',
    accounts[from], accounts[to], run, number, sent)
end

function request()
  local from = math.random() < hot and 1 or math.random(#accounts)
  local body
  if bulk > 1 then
    local parts = {}
    for i = 1, bulk do parts[i] = transfer(from) end
    body = '{"transfers":[' .. table.concat(parts, ",") .. "]}"
  else
    body = transfer(from)
  end
  return wrk.format("POST", path, { ["Authorization"] = "Bearer " .. tokens[from], ["Content-Type"] = "application/json" }, body)
end
