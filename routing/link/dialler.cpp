#include "routing/link/dialler.hpp"

namespace catacomb::routing {

Dialler::Dialler(const std::vector<Endpoint>& addresses, const crypto::AgreePublic& wanted,
                 bool special_allowed)
    : wanted_(wanted), failure_(error(Code::unreachable, "the relay has no address we may dial")) {
    for (const auto& address : addresses)
        if (special_allowed || !address.is_special()) left_.push_back(address);
}

std::optional<Endpoint> Dialler::next(Time now) {
    if (found_ || left_.empty() || (under_way_ > 0 && now < beside_at_)) return std::nullopt;
    const auto address = left_.front();
    left_.pop_front();
    ++under_way_;
    beside_at_ = now + kBesideAfter;
    return address;
}

void Dialler::failed(Error why) {
    --under_way_;
    beside_at_ = Time{};
    const bool is_ours = why.is(Code::limit) || why.is(Code::closed);
    if (!is_ours && !why.is(Code::timed_out)) why.code = Code::unreachable;
    failure_ = std::move(why);
}

bool Dialler::met(const Endpoint& at, const crypto::AgreePublic& shown) {
    if (shown != wanted_) {
        failed(error(Code::unreachable, "the node at " + at.text() + " is not the relay it should be"));
        return false;
    }
    --under_way_;
    return !std::exchange(found_, true);
}

}  // namespace catacomb::routing
