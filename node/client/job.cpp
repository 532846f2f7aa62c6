#include "node/client/job.hpp"

#include <utility>

namespace catacomb::node {

Job::Job(Runtime& runtime, JobId id, JobKind kind) : runtime_(runtime), gate_(runtime) {
    status.id = id;
    status.kind = kind;
    status.started = runtime.now();
}

void Job::changed() {
    auto& progress = status.progress;
    const auto elapsed = in_seconds(runtime_.now() - status.started);
    if (elapsed > 0) progress.bytes_per_second = static_cast<double>(progress.bytes_done) / elapsed;
    progress.eta_seconds.reset();
    if (progress.bytes_total && progress.bytes_per_second > 0 &&
        *progress.bytes_total >= progress.bytes_done) {
        const auto left = *progress.bytes_total - progress.bytes_done;
        progress.eta_seconds = static_cast<double>(left) / progress.bytes_per_second;
    }
    ++version;
    gate_.open();
}

void Job::advance(std::uint64_t bytes) {
    status.progress.bytes_done += bytes;
    changed();
}

void Job::set_phase(std::string phase) {
    if (status.progress.phase == phase) return;
    status.progress.phase = std::move(phase);
    changed();
}

void Job::failed_block(std::string why) {
    ++status.progress.blocks_failed;
    status.progress.last_failure = std::move(why);
    changed();
}

void Job::end(JobState state) {
    if (is_over()) return;
    status.state = state;
    status.ended = runtime_.now();
    changed();
    if (auto act = std::exchange(when_over_, {})) act();
}

void Job::finish() { end(JobState::done); }

void Job::fail(Error why) {
    if (is_over()) return;
    status.progress.last_failure = why.text();
    status.failure = std::move(why);
    end(JobState::failed);
}

// Over at once; what its work waits for ends with it (when_over).
void Job::cancel() {
    if (is_over()) return;
    status.failure = error(Code::closed, "cancelled");
    end(JobState::cancelled);
}

Task<void> Job::wait(std::uint64_t seen_version, Time deadline) {
    if (version <= seen_version) co_await gate_.wait(deadline);
}

Result<> Job::alive() const {
    if (is_over()) return error(Code::closed, "the job is over");
    if (runtime_.closing()) return error(Code::closed, "the node is stopping");
    return ok();
}

}  // namespace catacomb::node
