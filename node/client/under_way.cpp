#include "node/client/under_way.hpp"

#include <utility>

namespace catacomb::node {

UnderWay::UnderWay(Runtime& runtime, JobPtr job, std::size_t most)
    : job_(std::move(job)), most_(most), landed_(runtime) {}

Task<Result<>> UnderWay::room() {
    std::function<bool()> is_full = [this] { return count_ >= most_; };
    return wait_while(std::move(is_full));
}

Task<Result<>> UnderWay::room(const MemoryBudget& memory, std::uint64_t bytes) {
    std::function<bool()> is_full = [this, &memory, bytes] {
        return count_ > 0 && (count_ >= most_ || !memory.has_room(bytes));
    };
    return wait_while(std::move(is_full));
}

Task<Result<>> UnderWay::all_landed() {
    std::function<bool()> is_full = [this] { return count_ > 0; };
    return wait_while(std::move(is_full));
}

Task<Result<>> UnderWay::wait_while(std::function<bool()> is_full) {
    auto out = job_->alive();
    while (out && is_full()) {
        const auto wake = co_await landed_.wait(kNever);
        out = wake == routing::Wake::closed ? Result<>(error(Code::closed)) : job_->alive();
    }
    co_return out;
}

}  // namespace catacomb::node
