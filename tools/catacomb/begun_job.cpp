#include "tools/catacomb/begun_job.hpp"

#include "base/log.hpp"

namespace catacomb::cli {
namespace {
// The node itself gives up a file that stands still for so long (api.stall_limit); some of it may wait for
// one segment.
constexpr auto kContentLimit = minutes(15);
}  // namespace

BegunJob::BegunJob(ApiClient connection, std::uint64_t id)
    : connection_(std::move(connection)), id_(id), target_(concat("/v1/jobs/", id)) {}

Result<BegunJob> BegunJob::begin(const Options& options, const boost::json::object& request) {
    auto client = ApiClient::open(options.data_dir, kContentLimit);
    if (!client) return client.error();
    const auto job = client->call("POST", "/v1/jobs", request);
    if (!job) return job.error();
    return BegunJob(std::move(*client), number_in(*job, "id"));
}

ApiClient BegunJob::another_connection() const { return connection_.another(minutes(2)); }

void BegunJob::cancel() const {
    auto client = connection_.another(seconds(5));
    static_cast<void>(client.call("DELETE", target_));
}

}  // namespace catacomb::cli
