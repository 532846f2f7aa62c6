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
    if (now < current_->published + half_life) return current_;
    auto next = sign_(now);
    if (!next) {
        log_error("membership", "cannot renew our own descriptor: ", next.error().text());
        return current_;
    }
    CHECK((*next)->id == current_->id);
    current_ = std::move(*next);
    return current_;
}

}  // namespace catacomb::routing
