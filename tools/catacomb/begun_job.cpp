#include "tools/catacomb/begun_job.hpp"

#include <chrono>

namespace catacomb::cli {
namespace {
// The node itself gives up a file that stands still for so long (api.stall_limit); some of it may wait for
// one segment.
constexpr auto kContentLimit = minutes(15);
// Longer than the node lets a request wait until a job may begin.
constexpr auto kBeginLimit = seconds(60);
constexpr auto kFollowLimit = seconds(60);

// Asks again and again: the node keeps each request until a job may begin, or for half a minute.
Result<boost::json::object> begin_in_turn(ApiClient& client, const boost::json::object& request) {
    using Clock = std::chrono::steady_clock;
    for (bool told = false;; told = true) {
        const auto began = Clock::now();
        auto job = client.call("POST", "/v1/jobs?wait=30", request);
        // One that is refused at once is not kept: too many wait already.
        if (job || !job.error().is(Code::limit) || Clock::now() - began < seconds(1)) return job;
        if (!told) say("waiting for a place: " + job.error().text());
    }
}
}  // namespace

BegunJob::BegunJob(ApiClient connection, std::string id)
    : connection_(std::move(connection)), id_(std::move(id)), target_("/v1/jobs/" + id_) {}

Result<BegunJob> BegunJob::begin(const Options& options, const boost::json::object& request) {
    auto client = ApiClient::open(options.data_dir, kBeginLimit);
    if (!client) return client.error();
    const auto job = begin_in_turn(*client, request);
    if (!job) return job.error();
    client->set_limit(kContentLimit);
    return BegunJob(std::move(*client), text_in(*job, "id"));
}

ApiClient BegunJob::another_connection() const { return connection_.another(kFollowLimit); }

void BegunJob::cancel() const {
    auto client = connection_.another(seconds(5));
    static_cast<void>(client.call("DELETE", target_));
}

}  // namespace catacomb::cli
