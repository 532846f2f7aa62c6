// What the API is asked for, out of JSON (docs/spec/api.md 2.1) or headers (2.2).
#pragma once

#include <variant>

#include "node/service.hpp"

namespace catacomb::node::api {

struct InsertRequest {
    InsertOptions options;
};
struct GetRequest {
    std::string key;
    GetOptions options;
};
struct CheckRequest {
    std::string key;
    CheckOptions options;
};
struct RenewRequest {
    std::string key;
    RenewOptions options;
};
using JobRequest = std::variant<InsertRequest, GetRequest, CheckRequest, RenewRequest>;
// Code::bad_input for anything that is not exactly a job request: unknown fields too.
Result<JobRequest> parse_job_request(std::string_view text);

// The insert options of POST /v1/files, from its headers; empty text where one is missing.
struct InsertHeaders {
    std::string_view name{}, hash{}, size{}, convergent{};
};
Result<InsertOptions> parse_insert_headers(const InsertHeaders& headers);

}  // namespace catacomb::node::api
