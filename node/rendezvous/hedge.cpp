#include "node/rendezvous/hedge.hpp"

#include <algorithm>

#include "base/defence.hpp"

namespace catacomb::node {

std::vector<std::uint64_t> Hedge::next(Time now, Duration patience) {
    if (now >= late_) {
        if (stands(Defence::claims_are_doubted)) wanted_ += at_;
        late_ = now + patience;
    }
    std::vector<std::uint64_t> out;
    for (; wanted_ > 0 && at_ < vaults_.size(); --wanted_) out.push_back(vaults_[at_++]);
    wanted_ = 0;
    waiting_ += out.size();
    if (late_ == kNever) late_ = now + patience;
    return out;
}

void Hedge::failed() {
    --waiting_;
    ++wanted_;
}

}  // namespace catacomb::node
