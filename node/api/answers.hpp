// What the API says, as JSON (docs/spec/api.md 3), and what it is asked in JSON (2.1). Pure.
#pragma once

#include <boost/json/object.hpp>
#include <variant>

#include "node/service.hpp"

namespace catacomb::node::api {

unsigned http_status_of(Code code);
const char* name_of(JobKind kind);
const char* name_of(JobState state);

// {"error": {"code", "message"}, "exit_code"}
boost::json::object error_json(const Error& e);
// For lists: without the segments of a check, which may be hundreds of thousands.
boost::json::object job_summary_json(const JobStatus& job);
// With them once the job has ended: a running one is polled, and would tell them all at every poll.
boost::json::object job_json(const JobStatus& job);
// How the command line ends for this job: a check that did not find enough blocks is not found.
ExitCode exit_code_of(const JobStatus& job);

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
using JobRequest = std::variant<InsertRequest, GetRequest, CheckRequest>;
// Code::bad_input for anything that is not exactly a job request: unknown fields too.
Result<JobRequest> parse_job_request(std::string_view text);

// The insert options of POST /v1/files, from its headers; empty text where one is missing.
struct InsertHeaders {
    std::string_view name{}, hash{}, size{}, convergent{};
};
Result<InsertOptions> parse_insert_headers(const InsertHeaders& headers);

}  // namespace catacomb::node::api
