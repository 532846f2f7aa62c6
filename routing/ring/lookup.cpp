#include "routing/ring/lookup.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace catacomb::routing {
namespace {
constexpr std::size_t kMaxQueries = 64;
constexpr std::size_t kLeastOwners = 8;
// A gap of more than this many mean gaps has a chance of e^-7, one in a thousand.
constexpr double kImplausibleGaps = 7;
}  // namespace

Lookup::Lookup(Start start) : start_(std::move(start)) {
    take_owners(start_.after);
    paths_.resize(std::max(1u, start_.paths));
    // One path and a view that names the owner: ask that one first. It settles the matter when it agrees.
    stage_ = start_.paths <= 1 && !owners_.empty() ? Stage::assumed_owner : Stage::paths;
}

FindStep Lookup::step() const {
    return {start_.target, std::clamp<std::size_t>(start_.count, kLeastOwners, kMaxFindOwners)};
}

std::vector<DescriptorPtr> Lookup::ask() {
    std::vector<DescriptorPtr> out;
    // A turn may end one stage and begin another without a question.
    for (auto before = Stage::done; out.empty() && !done() && before != stage_;) {
        before = stage_;
        if (stage_ == Stage::paths) {
            for (auto& path : paths_) step_path(path, out);
            if (paths_over()) stage_ = Stage::owners;
        } else {
            step_owner(out);
        }
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
    if (owners_.empty()) {
        if (!resume_paths()) finish();
        return;
    }
    const auto& owner = owners_.begin()->second;
    if (live_.contains(owner->id)) {
        const bool believed = plausible(owner->id) || next_start_ >= start_.before.size();
        if (believed || asked_.size() >= kMaxQueries) return finish();
        paths_.emplace_back();
        stage_ = Stage::paths;
        return;
    }
    asked_.insert(owner->id);
    waiting_for_ = owner->id;
    out.push_back(owner);
}

// All owners named so far are gone: those who named them knew others, too.
bool Lookup::resume_paths() {
    if (asked_.size() >= kMaxQueries) return false;
    bool any = next_start_ < start_.before.size();
    for (auto& path : paths_) {
        path.ended = false;
        any = any || !path.frontier.empty();
    }
    if (any) stage_ = Stage::paths;
    return any;
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

namespace {

// What we hold of the target's owners: ourselves, or what of our list lies at or after the target; or, when
// the target lies a little before us, our predecessor, who must be nearer to it than we are.
std::vector<DescriptorPtr> known_owners(const Table& table, const RingId& target) {
    std::vector<DescriptorPtr> out;
    const auto& list = table.successors();
    if (table.owns(target)) {
        out.push_back(table.self());
        out.insert(out.end(), list.begin(), list.end());
        return out;
    }
    const auto ahead = distance(table.id(), target);
    for (const auto& relay : list)
        if (distance(table.id(), relay->id) >= ahead) out.push_back(relay);
    const bool just_behind =
        !list.empty() && distance(target, table.id()) < distance(table.id(), list.back()->id);
    if (out.empty() && just_behind && table.predecessor()) {
        out = {table.predecessor(), table.self()};
        out.insert(out.end(), list.begin(), list.end());
    }
    return out;
}

}  // namespace

FindAnswer find_step(const Table& table, const View& view, const FindStep& step, Time now,
                     std::size_t most_closer) {
    FindAnswer out;
    out.owners = known_owners(table, step.target);
    if (out.owners.size() > step.count) out.owners.resize(step.count);
    if (table.owns(step.target)) return out;
    std::map<RingId, DescriptorPtr> closest;
    const auto consider = [&](const DescriptorPtr& relay) {
        if (in_open_arc(table.id(), relay->id, step.target) && !view.is_suspect(relay->id, now))
            closest.emplace(distance(relay->id, step.target), relay);
    };
    for (const auto& relay : table.successors()) consider(relay);
    for (const auto& [bit, relay] : table.fingers()) consider(relay);
    for (const auto& relay : view.predecessors_of(step.target, most_closer, now)) consider(relay);
    for (const auto& [gap, relay] : closest)
        if (out.closer.size() < most_closer) out.closer.push_back(relay);
    return out;
}

}  // namespace catacomb::routing
