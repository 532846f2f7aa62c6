#include "node/api/job_request.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/url/pct_string_view.hpp>

#include "base/log.hpp"
#include "node/config/setting_values.hpp"
#include "storage/tree/file_name.hpp"

namespace catacomb::node::api {
namespace json = boost::json;
namespace {

constexpr std::size_t kHashSize = 32;

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

Result<JobRequest> renew_request(Fields& fields) {
    RenewRequest request;
    request.key = fields.text("key");
    const auto days = fields.count("lease_days").value_or(kUsualLeaseDays);
    if (auto done = fields.done(); !done) return done.error();
    if (request.key.empty()) return bad("a renewal needs a key");
    if (days == 0 || days > kMostLeaseDays)
        return bad(concat("lease_days is not between 1 and ", kMostLeaseDays));
    request.options.days = static_cast<unsigned>(days);
    return JobRequest(std::move(request));
}

}  // namespace

Result<JobRequest> parse_job_request(std::string_view text) {
    json::error_code failure;
    auto value = json::parse(text, failure);
    if (failure || !value.is_object()) return bad("the request is not a JSON object");
    Fields fields(std::move(value.get_object()));
    const auto kind = fields.text("kind");
    if (kind == "insert") return insert_request(fields);
    if (kind == "get") return get_request(fields);
    if (kind == "check") return check_request(fields);
    if (kind == "renew") return renew_request(fields);
    return bad("'kind' is not one of insert, get, check, renew");
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
