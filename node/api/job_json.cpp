#include "node/api/job_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value_from.hpp>

#include "base/plain_text.hpp"

namespace catacomb::node::api {
namespace json = boost::json;
namespace {

template <class T>
json::value or_null(const std::optional<T>& value) {
    return value ? json::value(*value) : json::value(nullptr);
}
double unix_time(Time t) { return in_seconds(t.time_since_epoch()); }
json::value time_or_null(const std::optional<Time>& t) {
    return t ? json::value(unix_time(*t)) : json::value(nullptr);
}

// Partly the words of another machine (why an exit could not store a block).
std::string told(std::string_view words) {
    constexpr std::size_t kMost = 300;  // more than any sentence of ours
    return plain_text(words, '?', kMost);
}

json::object progress_json(const Progress& p) {
    return {{"phase", p.phase},
            {"bytes_done", std::min(p.bytes_done, p.bytes_total.value_or(p.bytes_done))},
            {"bytes_total", or_null(p.bytes_total)},
            {"blocks_needed", p.blocks_needed},
            {"blocks_done", p.blocks_done},
            {"blocks_failed", p.blocks_failed},
            {"bytes_per_second", p.bytes_per_second},
            {"eta_seconds", or_null(p.eta_seconds)},
            {"last_failure", told(p.last_failure)}};
}

json::object report_json(const InsertReport& r) {
    return {{"key", r.key},
            {"segments", r.segments},
            {"blocks_placed", r.blocks_placed},
            {"blocks_wanted", r.blocks_wanted},
            {"least_placed", r.least_placed},
            {"least_wanted", r.least_wanted},
            {"survives_vault_losses", r.survives_vault_losses},
            {"most_blocks_on_one_vault", r.most_blocks_on_one_vault},
            {"distinct_vaults", r.distinct_vaults},
            {"bodies_asked", r.bodies_asked},
            {"bodies_read", r.bodies_read},
            {"vaults_read", r.vaults_read},
            {"vaults_failed", r.vaults_failed},
            {"estimated_survival", r.estimated_survival},
            {"lease_end", unix_time(r.lease_end)}};
}

json::object report_json(const GetReport& r) {
    return {
        {"name", r.name}, {"size", r.size}, {"segments", r.segments}, {"blocks_fetched", r.blocks_fetched}};
}

json::object report_json(const CheckReport& r) {
    return {{"readable", r.readable},
            {"reported", r.reported},
            {"bodies_asked", r.bodies_asked},
            {"bodies_read", r.bodies_read},
            {"estimated_survival", r.estimated_survival}};
}

json::object report_json(const RenewReport& r) {
    return {{"segments", r.segments},
            {"blocks", r.blocks},
            {"blocks_renewed", r.blocks_renewed},
            {"blocks_absent", r.blocks_absent},
            {"segments_short", r.segments_short},
            {"least_renewed", r.least_renewed},
            {"least_wanted", r.least_wanted},
            {"least_needed", r.least_needed},
            {"lease_asked", unix_time(r.lease_asked)},
            {"lease_end", time_or_null(r.lease_end)},
            {"first_lease_end", time_or_null(r.first_lease_end)}};
}

json::array segments_json(const CheckReport& r) {
    json::array segments;
    for (const auto& s : r.segments) {
        segments.push_back(json::object{{"level", s.level},
                                        {"index", s.index},
                                        {"k", s.k},
                                        {"n", s.n},
                                        {"verified", s.verified},
                                        {"available", s.available},
                                        {"absent", s.absent}});
    }
    return segments;
}

json::object failure_json(const Error& e) {
    return {{"code", catacomb::name_of(e.code)}, {"message", told(e.text())}};
}

}  // namespace

unsigned http_status_of(Code code) {
    switch (code) {
        case Code::bad_input:
        case Code::malformed:
            return 400;
        case Code::refused:
            return 403;
        case Code::not_found:
            return 404;
        case Code::changed:
        case Code::exists:
            return 409;
        case Code::limit:
        case Code::busy:
            return 429;
        case Code::io:
            return 500;
        case Code::unsupported:
            return 501;
        case Code::corrupt:
        case Code::unreachable:
            return 502;
        case Code::too_few_relays:
        case Code::closed:
            return 503;
        case Code::timed_out:
            return 504;
        case Code::full:
            return 507;
    }
    return 500;
}

const char* name_of(JobKind kind) {
    switch (kind) {
        case JobKind::insert:
            return "insert";
        case JobKind::get:
            return "get";
        case JobKind::check:
            return "check";
        case JobKind::renew:
            return "renew";
    }
    return "";
}

const char* name_of(JobState state) {
    switch (state) {
        case JobState::running:
            return "running";
        case JobState::done:
            return "done";
        case JobState::failed:
            return "failed";
        case JobState::cancelled:
            return "cancelled";
    }
    return "";
}

json::object error_json(const Error& e) {
    return {{"error", failure_json(e)}, {"exit_code", static_cast<int>(node::exit_code_of(e.code))}};
}

ExitCode exit_code_of(const JobStatus& job) {
    if (job.state == JobState::cancelled) return ExitCode::interrupted;
    if (job.failure) return node::exit_code_of(job.failure->code);
    if (job.check && !job.check->reported) return ExitCode::not_found;
    if (job.renew && job.renew->segments_short > 0) return ExitCode::not_found;
    return ExitCode::done;
}

json::object job_summary_json(const JobStatus& job) {
    json::object out{{"id", text_of(job.id)},
                     {"kind", name_of(job.kind)},
                     {"state", name_of(job.state)},
                     {"started", unix_time(job.started)},
                     {"progress", progress_json(job.progress)}};
    if (job.state != JobState::running) {
        out["ended"] = unix_time(job.ended);
        out["exit_code"] = static_cast<int>(exit_code_of(job));
    }
    if (job.failure) out["error"] = failure_json(*job.failure);
    if (job.insert) out["insert"] = report_json(*job.insert);
    if (job.get) out["get"] = report_json(*job.get);
    // While it runs, and when it broke off, what it found is no verdict on the file.
    if (job.check && job.state == JobState::done) out["check"] = report_json(*job.check);
    if (job.renew && job.state == JobState::done) out["renew"] = report_json(*job.renew);
    return out;
}

json::object job_json(const JobStatus& job) {
    auto out = job_summary_json(job);
    if (auto* check = out.if_contains("check")) check->as_object()["segments"] = segments_json(*job.check);
    return out;
}

}  // namespace catacomb::node::api
