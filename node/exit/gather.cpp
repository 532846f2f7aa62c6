#include "node/exit/gather.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace catacomb::node {
namespace {

constexpr Duration kAgain = milliseconds(400);  // between two rounds for one block
constexpr unsigned kMostHushes = 6;

}  // namespace

Gather::Gather(const Plan& plan) : plan_(plan) {
    plan_.need = std::min(plan_.need, count_of(plan_.want));
    for (unsigned i = 0; i < blocks_.size(); ++i) blocks_[i].over = !(plan_.want & bit(i));
}

std::size_t Gather::Block::next_relay() const {
    std::size_t at = 0;
    while (at < relays.size() && (asked & bit(static_cast<unsigned>(at)))) ++at;
    return at;
}

Gather::Step Gather::next(Time now, Duration patience) {
    Step out;
    lose_what_is_late(now, patience);
    out.over = over(now);
    if (out.over) return out;
    start_blocks(now);
    each(plan_.want, [&](unsigned i) {
        auto& block = blocks_[i];
        if (!block.at_work || block.located || block.awaited > 0) return;
        ++block.awaited;
        out.locate |= bit(i);
    });
    ask_relays(now, patience, out.asks);
    out.over = over(now);
    out.wake = wake(now, patience);
    return out;
}

bool Gather::over(Time now) const {
    if (stopped_ || enough() || now >= plan_.deadline) return true;
    if (!requests_.empty()) return false;
    // Without hope nothing is tried a second time, but where a relay was only busy.
    bool more = false;
    each(plan_.want, [&](unsigned i) {
        const auto& block = blocks_[i];
        more |= !block.over &&
                (block.at_work || block.awaited > 0 || block.round == 0 || block.busy || has_hope());
    });
    return !more;
}

// ---- what is begun

// Blocks that could be put to work: those that were tried least come first.
BlockMask Gather::startable(Time now) const {
    BlockMask out = 0;
    each(plan_.want, [&](unsigned i) {
        const auto& block = blocks_[i];
        if (block.over || block.at_work || block.ready_at > now) return;
        if (block.round > 0 && !block.busy && !has_hope()) return;
        if (block.located ? block.next_relay() < block.relays.size() : block.awaited == 0) out |= bit(i);
    });
    return out;
}

unsigned Gather::at_work() const {
    unsigned out = 0;
    each(plan_.want, [&](unsigned i) { out += blocks_[i].at_work; });
    return out;
}

void Gather::start_blocks(Time now) {
    const auto room = std::min(plan_.need - count_of(outcome_.here) + plan_.ahead, plan_.at_once);
    std::vector<unsigned> waiting;
    each(startable(now), [&](unsigned i) { waiting.push_back(i); });
    std::stable_sort(waiting.begin(), waiting.end(), [&](unsigned a, unsigned b) {
        const auto tried = [&](unsigned i) {
            return std::pair(blocks_[i].round, count_of(blocks_[i].asked));
        };
        return tried(a) < tried(b);
    });
    auto busy = at_work();
    for (const auto i : waiting) {
        if (busy >= room) return;
        blocks_[i].at_work = true;
        if (blocks_[i].asked == 0) blocks_[i].busy = false;
        ++busy;
    }
}

// ---- what is asked

void Gather::ask_relays(Time now, Duration patience, std::vector<Ask>& out) {
    // With `shared`, by the relay that is next for each block; with `widely`, a relay that is asked at all is
    // asked for everything that it may know of.
    std::map<routing::NodeId, BlockMask> questions;
    if (requests_.empty()) heard_at_ = now;
    each(plan_.want, [&](unsigned i) {
        auto& block = blocks_[i];
        if (!block.at_work || !block.located || block.counted_on > 0) return;
        const auto at = block.next_relay();
        if (at == block.relays.size()) return;
        if (plan_.shared) {
            questions[block.relays[at]] |= bit(i);
        } else {
            add_request(block.relays[at], bit(i), now, patience, out);
        }
    });
    for (const auto& [relay, blocks] : questions)
        add_request(relay, plan_.widely ? blocks | known_at(relay) : blocks, now, patience, out);
}

void Gather::add_request(const routing::NodeId& relay, BlockMask blocks, Time now, Duration patience,
                         std::vector<Ask>& out) {
    Request request;
    request.ask = {next_id_++, relay, blocks, false};
    each(blocks, [&](unsigned i) {
        auto& block = blocks_[i];
        const auto at = std::find(block.relays.begin(), block.relays.end(), relay) - block.relays.begin();
        block.asked |= bit(static_cast<unsigned>(at));
        ++block.awaited;
        ++block.counted_on;
        request.ask.patient |= block.round > 0;
    });
    request.asked_at = now;
    request.due = now + patience + (request.ask.patient ? plan_.absence : Duration{});
    out.push_back(request.ask);
    requests_.emplace(request.ask.id, std::move(request));
}

// The blocks at work that `relay` was not asked for, and might be.
BlockMask Gather::known_at(const routing::NodeId& relay) const {
    BlockMask out = 0;
    each(plan_.want, [&](unsigned i) {
        const auto& block = blocks_[i];
        if (!block.at_work || !block.located) return;
        const auto at = std::find(block.relays.begin(), block.relays.end(), relay) - block.relays.begin();
        const auto unasked = static_cast<std::size_t>(at) < block.relays.size() &&
                             !(block.asked & bit(static_cast<unsigned>(at)));
        if (unasked) out |= bit(i);
    });
    return out;
}

// ---- what comes back

void Gather::located(unsigned index, std::vector<routing::NodeId> relays, Time now) {
    auto& block = blocks_[index];
    CHECK(block.awaited > 0 && relays.size() <= 64);
    --block.awaited;
    block.located = !relays.empty();
    block.relays = std::move(relays);
    if (!block.located) end_round(index, now);
}

BlockMask Gather::answered(std::uint32_t ask, const std::vector<Word>& words, Time now) {
    const auto found = requests_.find(ask);
    CHECK(found != requests_.end() && words.size() == count_of(found->second.ask.blocks));
    const auto request = std::move(found->second);
    requests_.erase(found);
    BlockMask completed = 0;
    auto word = words.begin();
    each(request.ask.blocks, [&](unsigned i) {
        auto& block = blocks_[i];
        --block.awaited;
        if (!request.lost) --block.counted_on;
        const auto said = *word++;
        busy_ |= said == Word::busy;
        if (block.over) return;  // it came twice
        block.away |= said == Word::away;
        block.busy |= said == Word::busy;
        if (said == Word::here) {
            heard_at_ = now;
            hushes_ = 0;
            if (!enough()) completed |= bit(i);
            outcome_.here |= completed & bit(i);
            block.over = true;
        }
        const bool exhausted = block.next_relay() == block.relays.size();
        if (block.over || (exhausted && block.counted_on == 0)) block.at_work = false;
        if (!block.over && exhausted && block.awaited == 0) end_round(i, now);
    });
    return completed;
}

// Nobody had it. It is told so far as it goes, and waits for its next turn if there is to be one.
void Gather::end_round(unsigned index, Time now) {
    auto& block = blocks_[index];
    outcome_.away &= ~bit(index);
    outcome_.missing &= ~bit(index);
    (block.away ? outcome_.away : outcome_.missing) |= bit(index);
    block.at_work = false;
    block.over = !plan_.insist && !block.busy;
    block.located = false;  // relays come and go
    block.asked = 0;
    block.away = false;
    ++block.round;
    block.ready_at = now + kAgain;
}

Gather::Outcome Gather::outcome() const {
    auto out = outcome_;
    out.away &= ~out.here;
    out.missing &= ~out.here;
    return out;
}

// ---- what is late

Time Gather::late_at(const Request& request, Duration patience) const {
    return std::max(request.due, heard_at_ + patience * (1 << std::min(hushes_, kMostHushes)));
}

Time Gather::lost_at(const Request& request, Duration patience) const {
    const auto absence = request.ask.patient ? plan_.absence : Duration{};
    const auto silence =
        plan_.patiences ? std::min(plan_.silence, patience * plan_.patiences) : plan_.silence;
    return std::max(request.asked_at + absence, heard_at_) + silence;
}

bool Gather::can_replace(const Request& request, BlockMask waiting) const {
    bool out = waiting != 0;
    each(request.ask.blocks,
         [&](unsigned i) { out |= !blocks_[i].over && blocks_[i].next_relay() < blocks_[i].relays.size(); });
    return out;
}

// A slow answer is replaced within the budget, and only while nothing else comes either: where a line is full
// answers are late together, and more requests would make it worse. For the same reason not once a relay has
// refused for load. A long silence is something else: there is nobody, and of those who are asked next some
// will not be there either.
void Gather::lose_what_is_late(Time now, Duration patience) {
    bool hushed = false, silent = false;
    const auto waiting = startable(now);
    for (auto& [id, request] : requests_) {
        if (request.lost || !can_replace(request, waiting)) continue;
        if (now < lost_at(request, patience)) {
            const auto cost = count_of(request.ask.blocks & ~outcome_.here);
            if (busy_ || now < late_at(request, patience) || spent_ + cost > plan_.budget) continue;
            spent_ += cost;
            hushed = true;
        } else {
            silent = true;
        }
        lose(request);
    }
    hushes_ += hushed;
    if (silent) plan_.ahead = std::min(2 * plan_.ahead, plan_.need);
}

// It may still answer; but its blocks give their places to others, or go on to their next relays.
void Gather::lose(Request& request) {
    request.lost = true;
    each(request.ask.blocks, [&](unsigned i) {
        if (--blocks_[i].counted_on == 0) blocks_[i].at_work = false;
    });
}

Time Gather::wake(Time now, Duration patience) const {
    auto out = plan_.deadline;
    const auto waiting = startable(now);
    for (const auto& [id, request] : requests_) {
        if (request.lost || !can_replace(request, waiting)) continue;
        out = std::min(out, lost_at(request, patience));
        const auto cost = count_of(request.ask.blocks & ~outcome_.here);
        if (!busy_ && spent_ + cost <= plan_.budget) out = std::min(out, late_at(request, patience));
    }
    each(plan_.want, [&](unsigned i) {
        if (!blocks_[i].over && !blocks_[i].at_work && blocks_[i].ready_at > now)
            out = std::min(out, blocks_[i].ready_at);
    });
    return out;
}

}  // namespace catacomb::node
