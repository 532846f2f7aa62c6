// Dialler: how one relay is reached that may have several addresses. They are dialled in the order in which
// it gives them: the next one when one has failed, or beside one that takes longer than a second, as after
// RFC 8305; the first at which the relay is found wins. Whether a relay is worth another try later is not
// said here, but by routing/reach. Pure.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "crypto/agree.hpp"
#include "routing/endpoint.hpp"

namespace catacomb::routing {

class Dialler {
public:
    static constexpr Duration kBesideAfter = seconds(1);

    // `wanted`: the link key that the relay must show.
    Dialler(const std::vector<Endpoint>& addresses, const crypto::AgreePublic& wanted, bool special_allowed);

    // The address to dial now, if there is one; asked again and again, at wake() at the latest.
    std::optional<Endpoint> next(Time now);
    Time wake() const { return left_.empty() ? kNever : beside_at_; }

    // What refuses us there is no answer of the relay: it was not reached.
    void failed(Error why);
    // Somebody answered at `at`. True: it is the relay, and we are done; false: close what was opened.
    bool met(const Endpoint& at, const crypto::AgreePublic& shown);
    // We are done, or nobody is left to try.
    bool is_over() const { return found_ || (left_.empty() && under_way_ == 0); }
    // Why it failed. Requires: is_over(), and nothing was found.
    const Error& failure() const { return failure_; }

private:
    std::deque<Endpoint> left_;
    crypto::AgreePublic wanted_;
    std::size_t under_way_ = 0;
    Time beside_at_{};
    bool found_ = false;
    Error failure_;
};

}  // namespace catacomb::routing
