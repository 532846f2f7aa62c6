#include "routing/runtime.hpp"

#include <boost/asio/post.hpp>

namespace catacomb::routing {

void Runtime::post(std::function<void()> work) { asio::post(executor(), std::move(work)); }

Runtime::TimerId Runtime::call_at(Time when, std::function<void()> fire) {
    if (closing_) when = Time{};
    const TimerId id{when, next_sequence_++};
    timers_.emplace(id, std::move(fire));
    if (closing_) {
        post([this] { fire_due(); });
    } else if (when < armed_) {
        armed_ = when;
        arm(when);
    }
    return id;
}

void Runtime::cancel(TimerId& id) {
    timers_.erase(id);
    id = {};
}

// Timers that a callback sets are not fired in the same round, so a callback that sets one for now cannot
// spin here.
void Runtime::fire_due() {
    const auto time = now();
    const auto round = next_sequence_;
    armed_ = kNever;
    for (auto it = timers_.begin(); it != timers_.end() && (closing_ || it->first.when <= time);) {
        const auto id = it->first;
        if (id.sequence < round) {
            const auto fire = std::move(it->second);
            timers_.erase(it);
            fire();
        }
        it = timers_.upper_bound(id);  // `fire` may have cancelled any of them
    }
    if (timers_.empty() || closing_ || timers_.begin()->first.when >= armed_) return;
    armed_ = timers_.begin()->first.when;
    arm(armed_);
}

void Runtime::close() {
    closing_ = true;
    post([this] { fire_due(); });
}

}  // namespace catacomb::routing
