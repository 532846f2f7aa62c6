#include "node/vault/put_queue.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"

namespace catacomb::node {
namespace {

constexpr std::size_t kWaitingBytes = 4 * storage::kPutGroupBytes;
// From the first block of a group, while bodies are on their way: about what a flush costs, so that nobody
// waits for longer than he would behind another group.
constexpr auto kGather = milliseconds(25);
// Blocks of the two largest classes are parts of large files: nobody waits for one of them alone. Over
// distance the blocks of one segment come as far apart as this; when the last group was not long ago there
// will be more; and with eight the flush is well shared.
constexpr auto kGatherBulk = milliseconds(200);
constexpr auto kLoad = seconds(1);
constexpr auto kBulk = storage::block_size(storage::BlockClass::cells16);
constexpr std::size_t kEnough = 8;

}  // namespace

Task<Result<>> PutQueue::put(storage::Put put) {
    const auto done = enqueue(std::move(put));
    if (!done) co_return error(Code::limit, "the disk is too slow");
    co_return co_await done->wait(kNever);
}

PutQueue::Done PutQueue::enqueue(storage::Put put) {
    if (waiting_bytes_ + put.bytes.size() > kWaitingBytes) return nullptr;
    waiting_bytes_ += put.bytes.size();
    auto done = std::make_shared<routing::Promise<void>>(runtime_);
    waiting_.push_back({std::move(put), runtime_.now(), done});
    changed_.open();
    if (!std::exchange(writing_, true)) tasks_.spawn(write_groups());
    return done;
}

void PutQueue::came_or_failed() {
    --expected_;
    changed_.open();
}

Time PutQueue::due() const {
    const bool is_full =
        waiting_.size() >= storage::kPutGroupBlocks || waiting_bytes_ >= storage::kPutGroupBytes;
    const auto since = waiting_.front().since;
    if (is_full || runtime_.closing()) return since;
    const bool is_loaded = since < last_commit_ + kLoad;
    if (is_loaded && waiting_.size() < kEnough && is_bulk()) return since + kGatherBulk;
    return expected_ > 0 ? since + kGather : since;
}

// The insert of a small file waits for each of its blocks.
bool PutQueue::is_bulk() const {
    return std::all_of(waiting_.begin(), waiting_.end(),
                       [](const auto& one) { return one.put.bytes.size() >= kBulk; });
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
        const auto when = due();
        if (when > runtime_.now()) {
            co_await changed_.wait(when);
            continue;
        }
        auto group = next_group();
        co_await write(std::move(group));
    }
    writing_ = false;
}

Task<void> PutQueue::write(std::vector<Waiting> group) {
    auto puts = std::make_shared<std::vector<storage::Put>>();
    for (auto& one : group) puts->push_back(std::move(one.put));
    std::function<std::vector<Result<>>()> work = [this, puts] { return store_.put_group(*puts); };
    auto results = co_await routing::on_worker(runtime_, std::move(work));
    CHECK(results.size() == group.size());
    last_commit_ = runtime_.now();
    for (std::size_t i = 0; i < group.size(); ++i) group[i].done->set(std::move(results[i]));
}

}  // namespace catacomb::node
