#include "node/api/answers.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value_from.hpp>
#include <boost/url/pct_string_view.hpp>

#include "base/log.hpp"
#include "base/plain_text.hpp"
#include "node/config/setting_values.hpp"
#include "storage/tree/file_name.hpp"

namespace catacomb::node::api {
namespace json = boost::json;
namespace {

constexpr std::size_t kHashSize = 32;

template <class T>
json::value or_null(const std::optional<T>& value) {
    return value ? json::value(*value) : json::value(nullptr);
}
double unix_time(Time t) { return in_seconds(t.time_since_epoch()); }

// Partly the words of another machine (why an exit could not store a block).
std::string told(std::string_view words) {
    constexpr std::size_t kMost = 300;  // more than any sentence of ours
    return plain_text(words, '?', kMost);
}

json::object progress_json(const Progress& p) {
    return {{"phase", p.phase},
            {"bytes_done", p.bytes_done},
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

Error bad(std::string message) { return error(Code::bad_input, std::move(message)); }

// Takes fields out of a request one by one; whatever is left at the end is unknown.
class Fields {
public:
    explicit Fields(json::object fields) : fields_(std::move(fields)) {}

    std::string text(const char* name) {
        const auto value = take(name);
        if (!value) return {};
        if (const auto* text = value->if_string()) return std::string(*text);
        return fail(name, "a text"), std::string();
    }
    bool flag(const char* name) {
        const auto value = take(name);
        if (!value) return false;
        if (const auto* flag = value->if_bool()) return *flag;
        return fail(name, "true or false"), false;
    }
    std::optional<std::uint64_t> count(const char* name) {
        const auto value = take(name);
        if (!value) return std::nullopt;
        json::error_code failure;
        const auto number = value->to_number<std::uint64_t>(failure);
        if (!failure) return number;
        return fail(name, "a whole number"), std::nullopt;
    }
    Result<> done() const {
        if (!failure_.empty()) return bad(failure_);
        if (!fields_.empty()) return bad("unknown field '" + std::string(fields_.begin()->key()) + "'");
        return ok();
    }

private:
    std::optional<json::value> take(const char* name) {
        const auto found = fields_.find(name);
        if (found == fields_.end()) return std::nullopt;
        std::optional<json::value> out(std::move(found->value()));
        fields_.erase(found);
        return out;
    }
    void fail(const char* name, const char* wanted) {
        if (failure_.empty()) failure_ = concat("field '", name, "' is not ", wanted);
    }
    json::object fields_;
    std::string failure_;
};

Result<Bytes> parse_hash(std::string_view text) {
    auto hash = from_hex(text);
    if (!hash || hash->size() != kHashSize)
        return bad("the hash is not 64 hexadecimal digits (BLAKE3, as b3sum prints)");
    return std::move(*hash);
}

Result<InsertOptions> insert_options(std::string name, std::string_view hash,
                                     std::optional<std::uint64_t> size) {
    InsertOptions options;
    if (name.size() > storage::kMaxName)
        return bad(concat("the name is longer than ", storage::kMaxName, " bytes"));
    options.name = std::move(name);
    if (hash.empty() == size.has_value()) return bad("hash and size come together or not at all");
    if (size) {
        auto parsed = parse_hash(hash);
        if (!parsed) return parsed.error();
        options.content_hash = std::move(*parsed);
        options.size = size;
    }
    return options;
}

Result<JobRequest> insert_request(Fields& fields) {
    auto name = fields.text("name");
    const auto hash = fields.text("content_hash");
    const auto size = fields.count("size");
    const bool convergent = fields.flag("convergent");
    if (auto done = fields.done(); !done) return done.error();
    auto options = insert_options(std::move(name), hash, size);
    if (!options) return options.error();
    options->convergent = convergent;
    return JobRequest(InsertRequest{std::move(*options)});
}

Result<JobRequest> get_request(Fields& fields) {
    GetRequest request;
    request.key = fields.text("key");
    request.options.no_cache = fields.flag("no_cache");
    if (auto done = fields.done(); !done) return done.error();
    if (request.key.empty()) return bad("a get needs a key");
    return JobRequest(std::move(request));
}

Result<JobRequest> check_request(Fields& fields) {
    CheckRequest request;
    request.key = fields.text("key");
    request.options.verify = fields.flag("verify");
    if (auto done = fields.done(); !done) return done.error();
    if (request.key.empty()) return bad("a check needs a key");
    return JobRequest(std::move(request));
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
    return ExitCode::done;
}

json::object job_summary_json(const JobStatus& job) {
    json::object out{{"id", job.id},
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
    return out;
}

json::object job_json(const JobStatus& job) {
    auto out = job_summary_json(job);
    if (auto* check = out.if_contains("check")) check->as_object()["segments"] = segments_json(*job.check);
    return out;
}

Result<JobRequest> parse_job_request(std::string_view text) {
    json::error_code failure;
    auto value = json::parse(text, failure);
    if (failure || !value.is_object()) return bad("the request is not a JSON object");
    Fields fields(std::move(value.get_object()));
    const auto kind = fields.text("kind");
    if (kind == "insert") return insert_request(fields);
    if (kind == "get") return get_request(fields);
    if (kind == "check") return check_request(fields);
    return bad("'kind' is not one of insert, get, check");
}

Result<InsertOptions> parse_insert_headers(const InsertHeaders& headers) {
    const auto name = boost::urls::make_pct_string_view(headers.name);
    if (!name) return bad("X-Catacomb-Name is not percent-encoded text");
    std::optional<std::uint64_t> size;
    if (!headers.size.empty()) {
        if (!parse(headers.size, size.emplace())) return bad("X-Catacomb-Size is not a whole number");
    }
    auto options = insert_options(name->decode(), headers.hash, size);
    if (!options) return options.error();
    if (!headers.convergent.empty() && headers.convergent != "1" && headers.convergent != "0") {
        return bad("X-Catacomb-Convergent is not 1 or 0");
    }
    options->convergent = headers.convergent == "1";
    return options;
}

}  // namespace catacomb::node::api
