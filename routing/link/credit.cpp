#include "routing/link/credit.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"

namespace catacomb::routing {

void CreditSender::on_sent() {
    CHECK(available_ > 0);
    --available_;
}

Result<> CreditSender::on_credit(std::size_t cells) {
    if (cells == 0 || cells > largest_ - available_)
        return error(Code::malformed, "credit for more cells than a window holds");
    available_ += cells;
    return ok();
}

std::size_t WindowBudget::grow(std::size_t grown, std::size_t wanted) {
    if (short_) return 0;
    const auto cells = std::min(wanted, cells_ - granted_);
    windows_ += grown == 0 && cells > 0;
    granted_ += cells;
    return cells;
}

std::size_t WindowBudget::shrink(std::size_t grown, std::size_t wanted) {
    const bool others_want_it = granted_ == cells_ && grown > share();
    if (!short_ && !others_want_it) return 0;
    const auto cells = std::min(wanted, grown);
    windows_ -= cells > 0 && cells == grown;
    granted_ -= cells;
    return cells;
}

void WindowBudget::release(std::size_t cells) {
    windows_ -= cells > 0;
    granted_ -= cells;
}

CreditReceiver::CreditReceiver(WindowBudget& budget, std::size_t window, std::size_t largest,
                               std::size_t batch)
    : budget_(budget), window_(window), largest_(largest), batch_(batch) {
    CHECK(0 < batch && batch <= window && window <= largest);
}

Result<> CreditReceiver::on_arrival() {
    if (holding_ + owed_ >= window()) return error(Code::limit, "more cells than were granted");
    ++holding_;
    return ok();
}

// Little waits here: what limits the flow is the window, or the sender, whom a larger one costs nothing. Much
// waits: the next hop is the limit, and a larger window would only fill our memory.
std::size_t CreditReceiver::on_left() {
    CHECK(holding_ > 0);
    --holding_;
    if (++owed_ < batch_) return 0;
    auto credits = std::exchange(owed_, 0);
    if (const auto back = budget_.shrink(grown_, credits); back > 0) {
        grown_ -= back;
        return credits - back;
    }
    if (holding_ < batch_) {
        const auto more = budget_.grow(grown_, std::min(batch_, largest_ - window()));
        grown_ += more;
        credits += more;
    }
    return credits;
}

}  // namespace catacomb::routing
