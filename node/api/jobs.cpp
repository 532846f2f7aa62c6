#include "node/api/jobs.hpp"

#include <boost/json/array.hpp>

#include "base/log.hpp"
#include "node/api/job_json.hpp"
#include "node/config/setting_values.hpp"

namespace catacomb::node::api {
namespace {

constexpr std::uint64_t kLongestWait = 30;  // seconds

// A number of the query; nullopt when it is not there.
Result<std::optional<std::uint64_t>> number_in(const Call& call, const std::string& name) {
    const auto found = call.query.find(name);
    if (found == call.query.end()) return std::optional<std::uint64_t>();
    std::uint64_t number = 0;
    if (auto done = parse(found->second, number); !done)
        return error(Code::bad_input, name + ": " + done.error().text());
    return std::optional(number);
}

Result<> only(const Call& call, std::initializer_list<std::string_view> names) {
    for (const auto& [name, value] : call.query) {
        if (std::find(names.begin(), names.end(), name) == names.end())
            return error(Code::bad_input, "unknown parameter '" + name + "'");
    }
    return ok();
}

Duration at_most_the_longest(std::uint64_t wanted) {
    return seconds(static_cast<std::int64_t>(std::min(wanted, kLongestWait)));
}

// GET /v1/jobs/{id}?wait=VERSION&timeout=SECONDS
struct Poll {
    std::optional<std::uint64_t> seen;
    Duration limit = seconds(kLongestWait);
};
Result<Poll> parse_poll(const Call& call) {
    if (auto fine = only(call, {"wait", "timeout"}); !fine) return fine.error();
    const auto seen = number_in(call, "wait");
    if (!seen) return seen.error();
    const auto limit = number_in(call, "timeout");
    if (!limit) return limit.error();
    return Poll{*seen, at_most_the_longest(limit->value_or(kLongestWait))};
}

// POST /v1/jobs?wait=SECONDS
Result<Duration> parse_patience(const Call& call) {
    if (auto fine = only(call, {"wait"}); !fine) return fine.error();
    const auto wait = number_in(call, "wait");
    if (!wait) return wait.error();
    return at_most_the_longest(wait->value_or(0));
}

}  // namespace

Result<JobId> job_in(const Call& call) {
    const auto& text = call.arguments.at(0);
    const auto id = job_id_from(text);
    if (!id) return error(Code::not_found, "a job's number is 16 hexadecimal digits, not '" + text + "'");
    return *id;
}

Task<void> Jobs::create(Exchange& exchange, const Call& call) {
    const auto patience = parse_patience(call);
    if (!patience) {
        co_await answer_error(exchange, patience.error());
        co_return;
    }
    const auto text = co_await read_text(exchange, limits_.json_limit.bytes);
    if (!text) {
        const bool too_long = text.error().is(Code::limit);
        auto refusal = too_long ? answer_of(text.error(), 413) : answer_of(text.error());
        co_await exchange.answer(std::move(refusal));
        co_return;
    }
    auto request = parse_job_request(*text);
    if (!request) {
        co_await answer_error(exchange, request.error());
        co_return;
    }
    const auto id = co_await begin(std::move(*request), runtime_.now() + *patience);
    if (!id) {
        co_await answer_error(exchange, id.error());
        co_return;
    }
    co_await answer(exchange, *id, 201);
}

// Whoever waits holds a connection, and those of running jobs come first: no more wait than leave these room.
Task<Result<JobId>> Jobs::begin(JobRequest request, Time deadline) {
    auto id = transfers_.begin(request);
    while (!id && id.error().is(Code::limit) && waiting_ < limits_.connections / 2 &&
           runtime_.now() < deadline) {
        ++waiting_;
        co_await service_.wait_for_room(deadline);
        --waiting_;
        id = transfers_.begin(request);
    }
    co_return id;
}

Task<void> Jobs::list(Exchange& exchange, const Call&) {
    boost::json::array all;
    for (const auto& job : service_.jobs()) all.push_back(job_summary_json(job));
    Answer told;
    told.body["jobs"] = std::move(all);
    co_await exchange.answer(std::move(told));
}

Task<void> Jobs::show(Exchange& exchange, const Call& call) {
    const auto id = job_in(call);
    const auto poll = parse_poll(call);
    if (!id || !poll) {
        auto why = id ? poll.error() : id.error();
        co_await answer_error(exchange, std::move(why));
        co_return;
    }
    if (poll->seen && service_.job(*id)) {
        const auto deadline = runtime_.now() + poll->limit;
        co_await service_.wait_for_change(*id, *poll->seen, deadline);
    }
    co_await answer(exchange, *id, 200);
}

Task<void> Jobs::cancel(Exchange& exchange, const Call& call) {
    const auto id = job_in(call);
    const auto done = id ? service_.cancel(*id) : Result<>(id.error());
    if (!done) {
        co_await answer_error(exchange, done.error());
        co_return;
    }
    co_await answer(exchange, *id, 200);
}

Task<void> Jobs::answer(Exchange& exchange, JobId id, unsigned status) {
    std::uint64_t version = 0;
    if (service_.job(id)) version = co_await service_.wait_for_change(id, 0, runtime_.now());
    const auto job = service_.job(id);
    if (!job) {
        co_await answer_error(exchange, job.error());
        co_return;
    }
    Answer told{status, job_json(*job)};
    told.body["version"] = version;
    const bool heard = co_await exchange.answer(std::move(told));
    // Nobody else knows of a job whose beginning was not told.
    if (!heard && status == 201) static_cast<void>(service_.cancel(id));
}

Task<Result<JobStatus>> Jobs::ended(JobId id) {
    std::uint64_t seen = 0;
    while (true) {
        auto job = service_.job(id);
        if (!job || job->state != JobState::running) co_return job;
        if (runtime_.closing()) co_return error(Code::closed, "the node is shutting down");
        const auto deadline = runtime_.now() + seconds(kLongestWait);
        seen = co_await service_.wait_for_change(id, seen, deadline);
    }
}

Task<void> Jobs::answer_ended(Exchange& exchange, JobId id) {
    const auto job = co_await ended(id);
    if (!job) {
        co_await answer_error(exchange, job.error());
        co_return;
    }
    Answer told{201, job_json(*job)};
    if (job->failure) told.status = http_status_of(job->failure->code);
    if (job->state == JobState::cancelled) told.status = 409;
    co_await exchange.answer(std::move(told));
}

}  // namespace catacomb::node::api
