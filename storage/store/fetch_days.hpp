// FetchDays: on which day blocks were last fetched, waiting for a commit to be written with: a commit for
// each read would wear the disk for a hint. What waits is lost in a crash. Thread-safe.
#pragma once

#include <map>
#include <mutex>

#include "storage/store/block_store.hpp"

namespace catacomb::storage {

class FetchDays {
public:
    // So many waiting are worth a commit of their own.
    static constexpr std::size_t kMany = 1024;

    using Days = std::map<BlockId, Day>;
    // Whether many wait.
    bool note(const BlockId& id, Day day) {
        const std::lock_guard held(mutex_);
        auto& last = days_[id];
        if (last < day) last = day;
        return days_.size() >= kMany;
    }
    Days take() {
        const std::lock_guard held(mutex_);
        return std::exchange(days_, {});
    }

private:
    std::mutex mutex_;
    Days days_;
};

}  // namespace catacomb::storage
