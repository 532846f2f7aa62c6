// MemoryBudget: bytes that all jobs of a client may hold for segments under way. Whoever has nothing under
// way gets room for one segment whatever the others hold, so that every job moves. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

namespace catacomb::node {

class MemoryBudget {
public:
    explicit MemoryBudget(std::uint64_t bytes) : left_(static_cast<std::int64_t>(bytes)) {}

    // What was taken, until it is destroyed. Refers to the budget.
    class Share {
    public:
        Share() = default;
        Share(MemoryBudget& from, std::uint64_t bytes)
            : from_(&from), bytes_(static_cast<std::int64_t>(bytes)) {
            from_->left_ -= bytes_;
        }
        Share(Share&& other) noexcept : from_(std::exchange(other.from_, nullptr)), bytes_(other.bytes_) {}
        Share& operator=(Share&& other) noexcept {
            std::swap(from_, other.from_);
            std::swap(bytes_, other.bytes_);
            return *this;
        }
        ~Share() {
            if (from_) from_->left_ += bytes_;
        }

    private:
        MemoryBudget* from_ = nullptr;
        std::int64_t bytes_ = 0;
    };

    bool has_room(std::uint64_t bytes) const { return left_ >= static_cast<std::int64_t>(bytes); }
    // Over the budget too: whoever may not, asks has_room() first.
    Share take(std::uint64_t bytes) { return Share(*this, bytes); }
    // For a coroutine, which holds it as long as it runs.
    std::shared_ptr<Share> share(std::uint64_t bytes) { return std::make_shared<Share>(*this, bytes); }

private:
    std::int64_t left_;
};

}  // namespace catacomb::node
