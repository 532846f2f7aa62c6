#include "tools/catacomb/job_follower.hpp"

#include "base/log.hpp"
#include "tools/api_client/terminal.hpp"

namespace catacomb::cli {
namespace {
constexpr milliseconds kRedraw{100};
}

JobFollower::JobFollower(ApiClient client, const std::string& job, ProgressPrinter& printer)
    : client_(std::move(client)),
      target_("/v1/jobs/" + job),
      printer_(printer),
      thread_([this] { follow(); }) {}

JobFollower::~JobFollower() {
    if (thread_.joinable()) static_cast<void>(wait());
}

void JobFollower::follow() {
    std::uint64_t seen = 0;
    while (true) {
        auto job = client_.call("GET", concat(target_, "?wait=", seen, "&timeout=10"));
        if (!job || text_in(*job, "state") != "running") {
            outcome_ = std::move(job);
            break;
        }
        seen = number_in(*job, "version");
        printer_.show(object_in(*job, "progress"));
        pause();
    }
    printer_.clear();
    ended_ = true;
}

// A busy job changes more often than eyes can follow; once the caller waits, every change counts.
void JobFollower::pause() {
    std::unique_lock lock(guard_);
    waited_for_.wait_for(lock, kRedraw, [this] { return awaited_; });
}

Result<boost::json::object> JobFollower::wait() {
    {
        const std::lock_guard lock(guard_);
        awaited_ = true;
    }
    waited_for_.notify_all();
    if (thread_.joinable()) thread_.join();
    return *outcome_;
}

}  // namespace catacomb::cli
