// JobFollower: watches one job over a connection of its own, on a thread of its own, and draws its progress,
// while the caller carries the file. ended() tells the caller to stop carrying.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "tools/api_client/api_client.hpp"
#include "tools/catacomb/progress.hpp"

namespace catacomb::cli {

class JobFollower {
public:
    // `printer` must outlive it.
    JobFollower(ApiClient client, const std::string& job, ProgressPrinter& printer);
    ~JobFollower();

    const std::atomic<bool>& ended() const { return ended_; }
    // The job as it ended. Code::unreachable when the node went away.
    Result<boost::json::object> wait();

private:
    void follow();
    void pause();

    ApiClient client_;
    const std::string target_;
    ProgressPrinter& printer_;
    std::atomic<bool> ended_{false};
    std::mutex guard_;
    std::condition_variable waited_for_;
    bool awaited_ = false;
    std::optional<Result<boost::json::object>> outcome_;
    std::thread thread_;
};

}  // namespace catacomb::cli
