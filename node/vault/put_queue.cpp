#include "node/vault/put_queue.hpp"

namespace catacomb::node {
namespace {
constexpr std::size_t kWaitingBytes = 4 * storage::kPutGroupBytes;
}

Task<Result<>> PutQueue::put(storage::Put put) {
    if (waiting_bytes_ + put.bytes.size() > kWaitingBytes)
        co_return error(Code::limit, "the disk is too slow");
    waiting_bytes_ += put.bytes.size();
    auto done = std::make_shared<routing::Promise<void>>(runtime_);
    waiting_.push_back({std::move(put), done});
    if (!writing_) {
        writing_ = true;
        tasks_.spawn(write_groups());
    }
    co_return co_await done->wait(kNever);
}

std::vector<PutQueue::Waiting> PutQueue::next_group() {
    std::vector<Waiting> group;
    std::size_t bytes = 0;
    while (!waiting_.empty() && group.size() < storage::kPutGroupBlocks) {
        const auto size = waiting_.front().put.bytes.size();
        if (!group.empty() && bytes + size > storage::kPutGroupBytes) break;
        bytes += size;
        group.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
    }
    waiting_bytes_ -= bytes;
    return group;
}

Task<void> PutQueue::write_groups() {
    while (!waiting_.empty()) {
        auto group = next_group();
        auto puts = std::make_shared<std::vector<storage::Put>>();
        for (auto& one : group) puts->push_back(std::move(one.put));
        std::function<std::vector<Result<>>()> work = [this, puts] { return store_.put_group(*puts); };
        auto results = co_await routing::on_worker(runtime_, std::move(work));
        for (std::size_t i = 0; i < group.size(); ++i) group[i].done->set(std::move(results[i]));
    }
    writing_ = false;
}

}  // namespace catacomb::node
