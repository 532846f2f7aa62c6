#include "routing/ring/fingers.hpp"

namespace catacomb::routing {
namespace {
constexpr std::size_t kFingers = NodeId::kSize * 8;
}

std::optional<FingerSpan> FingerTurns::next(const Table& table) {
    const auto& list = table.successors();
    if (list.size() < table.r()) return std::nullopt;  // it goes all the way round
    const auto bit = kFingers - 1 - turn_;
    const auto start = plus_power_of_two(table.id(), bit);
    if (distance(table.id(), start) <= distance(table.id(), list.back()->id)) {
        turn_ = 0;
        return std::nullopt;
    }
    ++turn_;
    const auto end = bit + 1 == kFingers ? table.id() : plus_power_of_two(table.id(), bit + 1);
    return FingerSpan{bit, start, end};
}

FixFinger::FixFinger(Table& table, const FingerSpan& span, std::vector<DescriptorPtr> candidates, Rng& rng)
    : table_(table), bit_(span.bit) {
    std::erase_if(candidates, [&](const DescriptorPtr& relay) { return !span.has(relay->id); });
    if (candidates.empty()) {
        end(nullptr);
        return;
    }
    const auto held = table.fingers().find(bit_);
    if (held != table.fingers().end()) holder_ = held->second;
    challenger_ = rng.pick(candidates);
    asked_ = challenger_;
}

void FixFinger::answered(Duration round_trip) {
    const bool duel = holder_ && holder_->id != challenger_->id;
    if (!duel) return end(challenger_);
    if (asks_holder()) return end(round_trip <= challengers_ ? holder_ : challenger_);
    challengers_ = round_trip;
    asked_ = holder_;
}

void FixFinger::gone() {
    if (!asks_holder()) return end(holder_);
    end(holder_->id == challenger_->id ? nullptr : challenger_);
}

void FixFinger::end(DescriptorPtr finger) {
    table_.set_finger(bit_, std::move(finger));
    asked_ = nullptr;
}

}  // namespace catacomb::routing
