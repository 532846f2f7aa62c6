#include "routing/membership/own_descriptor.hpp"

#include "base/check.hpp"
#include "base/log.hpp"

namespace catacomb::routing {

OwnDescriptor::OwnDescriptor(Sign sign, Time now) : sign_(std::move(sign)) {
    auto first = sign_(now);
    if (!first) throw std::runtime_error("cannot sign our own descriptor: " + first.error().text());
    current_ = std::move(*first);
}

const DescriptorPtr& OwnDescriptor::current(Time now) {
    const auto half_life = (current_->expires - current_->published) / 2;
    if (now >= current_->published + half_life) renew(now);
    return current_;
}

void OwnDescriptor::renew(Time now) {
    // Two that were signed within a second would be ordered by chance.
    auto next = sign_(std::max(now, current_->published + seconds(1)));
    if (!next) return log_error("membership", "cannot renew our own descriptor: ", next.error().text());
    CHECK((*next)->id == current_->id);
    current_ = std::move(*next);
}

}  // namespace catacomb::routing
