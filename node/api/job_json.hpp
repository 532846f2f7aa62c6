// What the API says of jobs and of errors, as JSON (docs/spec/api.md 3).
#pragma once

#include <boost/json/object.hpp>

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

}  // namespace catacomb::node::api
