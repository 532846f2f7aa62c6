// Hop-by-hop credit (docs/spec/onion.md 6): for each circuit and direction a relay grants its neighbour a
// window of cells and never holds more; a credit goes back when a cell leaves. That bounds one circuit;
// Holdings bounds what all of them hold together (docs/decisions/0011). Pure.
#pragma once

#include "base/result.hpp"

namespace catacomb::routing {

inline constexpr std::size_t kCircuitWindow = 64;  // cells; both ends start from it
// Credits go back this many at a time: one frame per cell costs a third of the throughput
// (docs/performance.md).
inline constexpr std::size_t kCreditBatch = 32;

// The side that sends cells.
class CreditSender {
public:
    explicit CreditSender(std::size_t window = kCircuitWindow) : window_(window), available_(window) {}
    bool may_send() const { return available_ > 0; }
    // Requires: may_send().
    void on_sent();
    // Code::malformed: the neighbour grants more than was spent, or nothing.
    Result<> on_credit(std::size_t cells);

private:
    std::size_t window_;
    std::size_t available_;
};

// The side that takes them in.
class CreditReceiver {
public:
    // Requires: 0 < batch <= window, so that a sender without credit always gets some.
    explicit CreditReceiver(std::size_t window = kCircuitWindow, std::size_t batch = kCreditBatch);
    // Code::limit: the neighbour sent more than it was granted.
    Result<> on_arrival();
    // A cell left the node, forwarded or consumed. Returns the credits to give back now, or 0.
    // Requires: holding() > 0.
    std::size_t on_left();
    std::size_t holding() const { return holding_; }

private:
    std::size_t window_;
    std::size_t batch_;
    std::size_t holding_ = 0;  // arrived, not left
    std::size_t owed_ = 0;     // left, credit not given back
};

}  // namespace catacomb::routing
