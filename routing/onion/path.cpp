#include "routing/onion/path.hpp"

#include "base/check.hpp"
#include "routing/onion/geometry.hpp"

#include <algorithm>
#include <set>

namespace catacomb::routing {
namespace {

using Relays = std::vector<const PathRelay*>;

bool contains(const std::vector<NodeId>& ids, const NodeId& id) {
    return std::find(ids.begin(), ids.end(), id) != ids.end();
}

// One search for a path: each hop has candidates, tried in random order (guards in theirs), with a step back
// where no candidate fits. Candidates in the same networks fail alike, so a step back costs little however
// many relays there are.
class PathSearch {
public:
    PathSearch(const std::vector<PathRelay>& relays, const PathRequest& request, Rng& rng)
        : request_(request), rng_(rng), path_(request.hops) {
        for (const auto& relay : relays) {
            const bool wanted = relay.id == request.last || !contains(request.avoid, relay.id);
            if (wanted && relay.id != request.self) usable_.push_back(&relay);
        }
    }

    // `strict`: the last hop is no guard either. Guards have links with us; an exit knows what is asked for,
    // and should know nobody that asks.
    bool find(bool strict) {
        path_.assign(request_.hops, nullptr);
        strict_ = strict;
        return place_last() && place(0);
    }

    std::vector<NodeId> ids() const {
        std::vector<NodeId> out;
        for (const auto* relay : path_) out.push_back(relay->id);
        return out;
    }
    std::size_t usable() const { return usable_.size(); }
    std::size_t networks() const {
        std::set<std::uint64_t> all;
        for (const auto* relay : usable_) all.insert(relay->prefixes.begin(), relay->prefixes.end());
        return all.size();
    }

private:
    bool place_last() {
        if (!request_.last) return true;
        path_.back() = find_usable(*request_.last);
        return path_.back() != nullptr;
    }

    bool place(std::size_t hop) {
        if (hop == path_.size()) return true;
        if (path_[hop]) return place(hop + 1);
        auto candidates = candidates_for(hop);
        const bool in_order = hop == 0 && !request_.guards.empty();
        std::set<std::vector<std::uint64_t>> failed;
        for (std::size_t i = 0; i < candidates.size(); ++i) {
            if (!in_order) std::swap(candidates[i], candidates[i + rng_.below(candidates.size() - i)]);
            if (!fits(*candidates[i], hop) || failed.count(candidates[i]->prefixes)) continue;
            path_[hop] = candidates[i];
            if (place(hop + 1)) return true;
            path_[hop] = nullptr;
            if (!constrained(hop + 1)) failed.insert(candidates[i]->prefixes);
        }
        return false;
    }

    // Whether a later hop must be one of a few relays: then which relay stands here matters, not only its
    // networks.
    bool constrained(std::size_t from) const { return from <= 1 && !request_.second_guards.empty(); }

    Relays candidates_for(std::size_t hop) const {
        if (hop == 0 && !request_.guards.empty()) return find_all(request_.guards);
        if (hop == 1 && !request_.second_guards.empty()) return find_all(request_.second_guards);
        return usable_;
    }

    bool fits(const PathRelay& relay, std::size_t hop) const {
        const bool last = hop + 1 == path_.size();
        if (last && contains(request_.avoid_last, relay.id)) return false;
        if (last && strict_ && hop > 0 && contains(request_.guards, relay.id)) return false;
        return std::none_of(path_.begin(), path_.end(), [&](const auto* other) {
            return other && (other->id == relay.id || share_network(*other, relay));
        });
    }

    const PathRelay* find_usable(const NodeId& id) const {
        const auto found =
            std::find_if(usable_.begin(), usable_.end(), [&](const auto* r) { return r->id == id; });
        return found == usable_.end() ? nullptr : *found;
    }
    Relays find_all(const std::vector<NodeId>& ids) const {
        Relays out;
        for (const auto& id : ids) {
            if (const auto* relay = find_usable(id)) out.push_back(relay);
        }
        return out;
    }

    const PathRequest& request_;
    Rng& rng_;
    Relays usable_;
    Relays path_;  // null where not placed yet
    bool strict_ = true;
};

Error too_few(const PathSearch& search, std::size_t hops) {
    return error(Code::too_few_relays, "a circuit needs " + std::to_string(hops) +
                                           " other relays in different networks that can be joined; " +
                                           std::to_string(search.usable()) + " in " +
                                           std::to_string(search.networks()) + " networks are known");
}

}  // namespace

bool share_network(const PathRelay& a, const PathRelay& b) {
    return std::any_of(a.prefixes.begin(), a.prefixes.end(), [&](auto prefix) {
        return std::find(b.prefixes.begin(), b.prefixes.end(), prefix) != b.prefixes.end();
    });
}

Result<std::vector<NodeId>> choose_path(const std::vector<PathRelay>& relays, const PathRequest& request,
                                        Rng& rng) {
    CHECK(1 <= request.hops && request.hops <= kMaxHops);
    PathSearch search(relays, request, rng);
    // In a small network better a guard as exit than no path.
    if (!search.find(true) && !search.find(false)) return too_few(search, request.hops);
    return search.ids();
}

}  // namespace catacomb::routing
