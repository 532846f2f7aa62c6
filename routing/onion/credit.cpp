#include "routing/onion/credit.hpp"

#include "base/check.hpp"

#include <utility>

namespace catacomb::routing {

void CreditSender::on_sent() {
    CHECK(available_ > 0);
    --available_;
}

Result<> CreditSender::on_credit(std::size_t cells) {
    if (cells == 0 || cells > window_ - available_)
        return error(Code::malformed, "credit for cells that were not sent");
    available_ += cells;
    return ok();
}

CreditReceiver::CreditReceiver(std::size_t window, std::size_t batch) : window_(window), batch_(batch) {
    CHECK(0 < batch && batch <= window);
}

Result<> CreditReceiver::on_arrival() {
    if (holding_ + owed_ >= window_) return error(Code::limit, "more cells than were granted");
    ++holding_;
    return ok();
}

std::size_t CreditReceiver::on_left() {
    CHECK(holding_ > 0);
    --holding_;
    if (++owed_ < batch_) return 0;
    return std::exchange(owed_, 0);
}

}  // namespace catacomb::routing
