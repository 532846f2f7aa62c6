#include "tools/sim/timeline.hpp"

#include <algorithm>

namespace catacomb::sim {
namespace {
// Any date will do as long as it is always the same one.
constexpr std::uint64_t kStartUnixSeconds = 1'900'000'000;
}  // namespace

struct Timeline::Later {
    bool operator()(const Event& a, const Event& b) const {
        return a.when != b.when ? a.when > b.when : a.sequence > b.sequence;
    }
};

Timeline::Timeline()
    : now_(from_unix_seconds(kStartUnixSeconds)),
      context_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE),
      stay_(context_.get_executor()) {}

void Timeline::clear() {
    heap_.clear();
    settle();
}

void Timeline::schedule(Time when, ActorPtr actor, std::uint64_t what) {
    heap_.push_back({std::max(when, now_), sequence_++, std::move(actor), what});
    std::push_heap(heap_.begin(), heap_.end(), Later{});
}

bool Timeline::step(Time limit) {
    settle();
    if (heap_.empty() || heap_.front().when > limit) {
        now_ = std::max(now_, limit);
        return false;
    }
    std::pop_heap(heap_.begin(), heap_.end(), Later{});
    const auto event = std::move(heap_.back());
    heap_.pop_back();
    now_ = event.when;
    ++events_;
    event.actor->act(event.what);
    settle();
    return true;
}

}  // namespace catacomb::sim
