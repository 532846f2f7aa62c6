#include "routing/ring/lookup.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace catacomb::routing {
namespace {
constexpr std::size_t kMaxQueries = 64;
// A gap of more than this many mean gaps has a chance of e^-7, one in a thousand.
constexpr double kImplausibleGaps = 7;
}  // namespace

Lookup::Lookup(Start start) : start_(std::move(start)) {
    take_owners(start_.after);
    paths_.resize(std::max(1u, start_.paths));
    // One path and a view that names the owner: ask that one first. It settles the matter when it agrees.
    stage_ = start_.paths <= 1 && !owners_.empty() ? Stage::assumed_owner : Stage::paths;
}

std::vector<DescriptorPtr> Lookup::ask() {
    std::vector<DescriptorPtr> out;
    if (stage_ == Stage::paths) {
        for (auto& path : paths_) step_path(path, out);
        if (paths_over()) stage_ = Stage::owners;
    }
    if (stage_ == Stage::assumed_owner || stage_ == Stage::owners) step_owner(out);
    if (stage_ == Stage::paths &&
        out.empty()) {  // the owner found was implausible: a further path was opened
        for (auto& path : paths_) step_path(path, out);
        if (paths_over()) finish();
    }
    return out;
}

void Lookup::answered(const NodeId& peer, const FindAnswer& answer) {
    if (waiting_for_ == peer) {
        waiting_for_.reset();
        live_[peer] = answer.owners;
        take_owners(answer.owners);
        if (stage_ != Stage::assumed_owner) return;
        const bool agrees = !answer.owners.empty() && answer.owners.front()->id == peer;
        if (agrees && plausible(peer)) return finish();
        start_.before.insert(start_.before.begin(), answer.closer.begin(), answer.closer.end());
        stage_ = Stage::paths;
        return;
    }
    for (auto& path : paths_) {
        if (path.waiting_for != peer) continue;
        path.waiting_for.reset();
        path.ended = !answer.owners.empty();
        take_owners(answer.owners);
        for (const auto& relay : answer.closer)
            if (in_open_arc(peer, relay->id, start_.target))
                path.frontier.emplace(distance(relay->id, start_.target), relay);
    }
}

void Lookup::gone(const NodeId& peer) {
    gone_.insert(peer);
    owners_.erase(distance(start_.target, peer));
    if (waiting_for_ == peer) {
        waiting_for_.reset();
        if (stage_ == Stage::assumed_owner) stage_ = Stage::paths;
    }
    for (auto& path : paths_)
        if (path.waiting_for == peer) path.waiting_for.reset();
}

Result<std::vector<DescriptorPtr>> Lookup::result() const {
    CHECK(done());
    for (const auto& [gap, owner] : owners_) {
        const auto it = live_.find(owner->id);
        if (it == live_.end()) continue;
        std::map<RingId, DescriptorPtr> following{{gap, owner}};
        const auto take = [&, nearest = gap](const DescriptorPtr& relay) {
            const auto d = distance(start_.target, relay->id);
            if (d > nearest && !gone_.contains(relay->id)) following.emplace(d, relay);
        };
        for (const auto& relay : it->second) take(relay);
        if (it->second.empty())
            for (const auto& entry : owners_) take(entry.second);
        std::vector<DescriptorPtr> out;
        for (const auto& entry : following)
            if (out.size() < start_.count) out.push_back(entry.second);
        return out;
    }
    return error(Code::unreachable, "no relay that answered knows the owner");
}

// No path asks a relay that another path asked.
void Lookup::step_path(Path& path, std::vector<DescriptorPtr>& out) {
    while (!path.waiting_for && !path.ended) {
        if (path.frontier.empty() && next_start_ < start_.before.size()) {
            const auto& relay = start_.before[next_start_++];
            path.frontier.emplace(distance(relay->id, start_.target), relay);
        }
        if (path.frontier.empty() || asked_.size() >= kMaxQueries) {
            path.ended = true;
            return;
        }
        auto next = path.frontier.extract(path.frontier.begin()).mapped();
        if (!asked_.insert(next->id).second) continue;
        path.waiting_for = next->id;
        out.push_back(std::move(next));
    }
}

void Lookup::step_owner(std::vector<DescriptorPtr>& out) {
    if (waiting_for_) return;
    while (!owners_.empty()) {
        const auto& owner = owners_.begin()->second;
        if (live_.contains(owner->id)) {
            if (plausible(owner->id) || next_start_ >= start_.before.size()) return finish();
            paths_.emplace_back();
            stage_ = Stage::paths;
            return;
        }
        if (asked_.size() >= kMaxQueries) break;
        asked_.insert(owner->id);
        waiting_for_ = owner->id;
        out.push_back(owner);
        return;
    }
    finish();
}

void Lookup::take_owners(const std::vector<DescriptorPtr>& owners) {
    for (const auto& relay : owners)
        if (!gone_.contains(relay->id)) owners_.emplace(distance(start_.target, relay->id), relay);
}

bool Lookup::plausible(const NodeId& owner) const {
    return fraction(distance(start_.target, owner)) * start_.ring_size <= kImplausibleGaps;
}

bool Lookup::paths_over() const {
    return std::all_of(paths_.begin(), paths_.end(),
                       [](const Path& path) { return path.ended && !path.waiting_for; });
}

FindAnswer find_step(const Table& table, const View& view, const FindStep& step, Time now) {
    FindAnswer out;
    const auto add_successors = [&] {
        for (const auto& relay : table.successors())
            if (out.owners.size() < step.count) out.owners.push_back(relay);
    };
    if (table.owns(step.target)) {
        out.owners.push_back(table.self());
        add_successors();
        return out;
    }
    if (table.successor_owns(step.target)) {
        add_successors();
        return out;
    }
    std::map<RingId, DescriptorPtr> closest;
    const auto consider = [&](const DescriptorPtr& relay) {
        if (in_open_arc(table.id(), relay->id, step.target) && !view.is_suspect(relay->id, now))
            closest.emplace(distance(relay->id, step.target), relay);
    };
    for (const auto& relay : table.successors()) consider(relay);
    for (const auto& [bit, relay] : table.fingers()) consider(relay);
    for (const auto& relay : view.predecessors_of(step.target, kMaxFindCloser, now)) consider(relay);
    for (const auto& [gap, relay] : closest)
        if (out.closer.size() < kMaxFindCloser) out.closer.push_back(relay);
    return out;
}

}  // namespace catacomb::routing
