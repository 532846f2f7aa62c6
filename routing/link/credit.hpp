// Hop-by-hop credit (docs/spec/onion.md 6): for each circuit and direction a node grants its neighbour a
// window of cells and never holds more; a credit goes back when a cell leaves. A window begins small and
// grows while what comes also leaves, as far as the node's budget for windows reaches; when memory is short
// it shrinks again. That bounds one circuit; Holdings bounds what all of them hold together
// (docs/decisions/0011). Pure.
#pragma once

#include "base/result.hpp"

namespace catacomb::routing {

inline constexpr std::size_t kCircuitWindow = 64;  // cells; both ends start from it
// What a window may grow to, 2 MiB: 100 Mbit/s over 170 ms (docs/decisions/0013).
inline constexpr std::size_t kLargestWindow = 512;
// Credits go back this many at a time: one frame per cell costs a third of the throughput
// (docs/performance.md).
inline constexpr std::size_t kCreditBatch = 32;

// The side that sends cells.
class CreditSender {
public:
    explicit CreditSender(std::size_t window = kCircuitWindow, std::size_t largest = kLargestWindow)
        : largest_(largest), available_(window) {}
    bool may_send() const { return available_ > 0; }
    // Requires: may_send().
    void on_sent();
    // Code::malformed: nothing, or more than any window holds. The neighbour may grant more than was spent,
    // which makes its window larger, or less.
    Result<> on_credit(std::size_t cells);

private:
    std::size_t largest_;
    std::size_t available_;
};

// What all windows of a node may grow by together, beyond what each begins with. A circuit that has grown
// beyond an equal share gives some back when others want it.
class WindowBudget {
public:
    explicit WindowBudget(std::size_t cells) : cells_(cells) {}

    // How many of `wanted` cells a window may grow by that has grown by `grown`.
    std::size_t grow(std::size_t grown, std::size_t wanted);
    // How many of `wanted` cells a window must shrink by.
    std::size_t shrink(std::size_t grown, std::size_t wanted);
    // A window that had grown by `cells` is gone.
    void release(std::size_t cells);
    // Memory is short: windows shrink to what they began with, as their cells leave.
    void set_short(bool is_short) { short_ = is_short; }
    std::size_t granted() const { return granted_; }

private:
    std::size_t share() const { return cells_ / (windows_ == 0 ? 1 : windows_); }

    std::size_t cells_;
    std::size_t granted_ = 0;
    std::size_t windows_ = 0;  // that have grown
    bool short_ = false;
};

// The side that takes them in.
class CreditReceiver {
public:
    // Requires: 0 < batch <= window <= largest, so that a sender without credit always gets some.
    explicit CreditReceiver(WindowBudget& budget, std::size_t window = kCircuitWindow,
                            std::size_t largest = kLargestWindow, std::size_t batch = kCreditBatch);
    ~CreditReceiver() { budget_.release(grown_); }
    CreditReceiver(const CreditReceiver&) = delete;
    CreditReceiver& operator=(const CreditReceiver&) = delete;

    // Code::limit: the neighbour sent more than it was granted.
    Result<> on_arrival();
    // A cell left the node, forwarded or consumed. Returns the credits to give back now, or 0.
    // Requires: holding() > 0.
    std::size_t on_left();
    std::size_t holding() const { return holding_; }
    std::size_t window() const { return window_ + grown_; }

private:
    WindowBudget& budget_;
    std::size_t window_;  // at the start, and at least
    std::size_t largest_;
    std::size_t batch_;
    std::size_t grown_ = 0;
    std::size_t holding_ = 0;  // arrived, not left
    std::size_t owed_ = 0;     // left, credit not given back
};

}  // namespace catacomb::routing
