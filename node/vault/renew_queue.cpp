#include "node/vault/renew_queue.hpp"

#include "base/check.hpp"
#include "node/protocol/limits.hpp"

namespace catacomb::node {
namespace {

// Each of them is read: 65 MB of the largest.
constexpr std::size_t kMostInGroup = 4 * limits::kRenewedByVault;

}  // namespace

Task<Result<RenewQueue::Results>> RenewQueue::renew(std::vector<storage::Renewal> renewals) {
    auto done = std::make_shared<routing::Promise<Results>>(runtime_);
    waiting_.push_back({std::move(renewals), done});
    if (!std::exchange(writing_, true)) tasks_.spawn(write_groups());
    co_return co_await done->wait(kNever);
}

std::vector<RenewQueue::Waiting> RenewQueue::next_group() {
    std::vector<Waiting> group;
    std::size_t blocks = 0;
    while (!waiting_.empty()) {
        blocks += waiting_.front().renewals.size();
        if (!group.empty() && blocks > kMostInGroup) break;
        group.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
    }
    return group;
}

Task<void> RenewQueue::write_groups() {
    while (!waiting_.empty()) {
        auto group = next_group();
        co_await write(std::move(group));
    }
    writing_ = false;
}

Task<void> RenewQueue::write(std::vector<Waiting> group) {
    auto all = std::make_shared<std::vector<storage::Renewal>>();
    for (const auto& one : group) all->insert(all->end(), one.renewals.begin(), one.renewals.end());
    std::function<Results()> work = [this, all] { return store_.renew(*all); };
    auto results = co_await routing::on_worker(runtime_, std::move(work));
    CHECK(results.size() == all->size());
    auto next = results.begin();
    for (const auto& one : group) {
        const auto end = next + static_cast<std::ptrdiff_t>(one.renewals.size());
        one.done->set(Results(next, end));
        next = end;
    }
}

}  // namespace catacomb::node
