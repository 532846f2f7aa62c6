#include "tests/unit/routing/ring_world.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace catacomb::tests {

using namespace routing;

namespace {
constexpr Duration kTimeout = seconds(2);
constexpr std::size_t kMaxJoinCandidates = 4;
}  // namespace

DescriptorPtr bare_relay(const NodeId& id) {
    auto out = std::make_shared<Descriptor>();
    out->id = id;
    out->expires = kNever;
    return out;
}

RingWorld::NodePtr RingWorld::make(const NodeId& id) {
    auto node = std::make_shared<Node>();
    node->self = bare_relay(id);
    node->born = now_;
    node->table = std::make_unique<Table>(node->self, options_.r);
    CHECK(nodes_.emplace(id, node).second);
    born_[id] = {node->self, now_};
    return node;
}

void RingWorld::found(std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) make(rng_.opaque<NodeId>())->joined = true;
    std::vector<NodePtr> ring;
    for (const auto& entry : nodes_) ring.push_back(entry.second);
    for (std::size_t i = 0; i < n; ++i) {
        std::vector<DescriptorPtr> list;
        for (std::size_t k = 2; k < n; ++k) list.push_back(ring[(i + k) % n]->self);
        ring[i]->table->adopt(ring[(i + 1) % n]->self, list);
        ring[(i + 1) % n]->table->set_predecessor(ring[i]->self);
        at(later(), [this, node = ring[i]] { begin_round(node); });
    }
}

NodeId RingWorld::add() {
    auto node = make(rng_.opaque<NodeId>());
    begin_join(node);
    return node->self->id;
}

void RingWorld::crash(const NodeId& id) { nodes_.erase(id); }

bool RingWorld::may_crash(const NodeId& id) const {
    for (const auto& [other, node] : nodes_) {
        if (other == id || !node->joined) continue;
        const auto& list = node->table->successors();
        const auto lives_on = [&](const DescriptorPtr& relay) {
            const auto found = find(relay->id);
            return relay->id != id && found && found->joined;
        };
        if (!std::any_of(list.begin(), list.end(), lives_on)) return false;
    }
    return true;
}

bool RingWorld::step(Time limit) {
    if (events_.empty() || events_.begin()->first > limit) {
        now_ = limit;
        return false;
    }
    now_ = events_.begin()->first;
    const auto what = std::move(events_.begin()->second);
    events_.erase(events_.begin());
    what();
    return true;
}

sim::RingMembers RingWorld::members() const {
    sim::RingMembers out;
    for (const auto& [id, node] : nodes_) {
        if (!node->joined) continue;
        auto& member = out[id];
        if (const auto& predecessor = node->table->predecessor()) member.predecessor = predecessor->id;
        for (const auto& relay : node->table->successors()) member.successors.push_back(relay->id);
    }
    return out;
}

std::size_t RingWorld::joining() const {
    return static_cast<std::size_t>(
        std::count_if(nodes_.begin(), nodes_.end(), [](const auto& entry) { return !entry.second->joined; }));
}

RingWorld::NodePtr RingWorld::find(const NodeId& id) const {
    const auto it = nodes_.find(id);
    return it == nodes_.end() ? nullptr : it->second;
}

// The answer is what the other one is when the question arrives. A dead one is noticed at the timeout.
void RingWorld::query(const NodePtr& from, const DescriptorPtr& to, Answer then) {
    const auto give_up = now_ + kTimeout;
    const auto reply = [this, from, then](Time when, std::optional<RingState> state) {
        at(when, [this, from, then, state = std::move(state)] {
            if (find(from->self->id) == from) then(state ? &*state : nullptr);
        });
    };
    at(later(), [this, from, to, reply, give_up] {
        const auto node = find(to->id);
        if (!node) {
            from->suspects.insert(to->id);
            return reply(give_up, std::nullopt);
        }
        RingState state;
        if (node->joined) state.standing = node->round ? Standing::busy : Standing::member;
        if (state.standing == Standing::member) {
            state.predecessor = node->table->predecessor();
            state.successors = node->table->successors();
        }
        reply(later(), std::move(state));
    });
}

void RingWorld::notify(const NodePtr& from, const DescriptorPtr& to) {
    at(later(), [this, from, to] {
        const auto node = find(to->id);
        if (!node || !node->joined || node->rectify) return;
        node->rectify = std::make_unique<Rectify>(*node->table, from->self);
        if (!node->rectify->ask()) return node->rectify.reset();
        query(node, node->rectify->ask(), [node](const RingState* state) {
            node->rectify->answered(state && state->standing != Standing::joining);
            node->rectify.reset();
        });
    });
}

void RingWorld::begin_join(const NodePtr& node) {
    node->join = std::make_unique<Join>(*node->table, candidates(node));
    go_on_joining(node);
}

void RingWorld::go_on_joining(const NodePtr& node) {
    if (const auto& peer = node->join->ask()) {
        return query(node, peer, [this, node](const RingState* state) {
            if (state) {
                node->join->answered(*state);
            } else {
                node->join->gone();
            }
            go_on_joining(node);
        });
    }
    const auto outcome = node->join->outcome();
    node->join.reset();
    node->joined = outcome == Join::Outcome::joined || (outcome == Join::Outcome::nobody && may_found(node));
    const auto next = now_ + (node->joined ? Duration(1) : jittered(Pace::kQuickPeriod, rng_));
    if (node->joined && node->table->successor()) notify(node, node->table->successor());
    at(next, [this, node] {
        if (find(node->self->id) != node) return;
        node->joined ? begin_round(node) : begin_join(node);
    });
}

void RingWorld::begin_round(const NodePtr& node) {
    if (find(node->self->id) != node) return;
    node->round = std::make_unique<Stabilize>(*node->table, candidates(node));
    go_on_with_round(node);
}

void RingWorld::go_on_with_round(const NodePtr& node) {
    if (const auto& peer = node->round->ask()) {
        return query(node, peer, [this, node](const RingState* state) {
            if (state) {
                node->round->answered(*state);
            } else {
                node->round->gone();
            }
            go_on_with_round(node);
        });
    }
    if (node->round->was_busy()) node->pace.hurry();
    if (const auto successor = node->round->notify()) notify(node, successor);
    node->round.reset();
    for (const auto& relay : node->table->missing(candidates(node).after))
        query(node, relay, [node, relay](const RingState* state) {
            if (state && state->standing != Standing::joining) node->table->insert(relay);
        });
    at(now_ + node->pace.pause(node->table->version(), rng_), [this, node] { begin_round(node); });
}

bool RingWorld::may_found(const NodePtr& node) const {
    if (!options_.view_lag) return false;
    for (const auto& relay : visible(node))
        if (relay->id < node->self->id) return false;
    return node->born + *options_.view_lag <= now_;
}

std::vector<DescriptorPtr> RingWorld::visible(const NodePtr& node) const {
    std::vector<DescriptorPtr> out;
    auto it = born_.upper_bound(node->self->id);
    for (std::size_t i = 0; i + 1 < born_.size(); ++i, ++it) {
        if (it == born_.end()) it = born_.begin();
        if (it->second.second + *options_.view_lag <= now_ && !node->suspects.contains(it->first))
            out.push_back(it->second.first);
    }
    return out;
}

Candidates RingWorld::candidates(const NodePtr& node) {
    Candidates out;
    if (!options_.view_lag) {
        if (node->joined) return out;  // textbook: pointers only
        std::vector<DescriptorPtr> known;
        for (const auto& entry : nodes_)
            if (entry.second->joined) known.push_back(entry.second->self);
        for (int i = 0; i < 3 && !known.empty(); ++i) out.before.push_back(rng_.pick(known));
        return out;
    }
    out.after = visible(node);
    out.before.assign(out.after.rbegin(), out.after.rend());
    const auto smallest = std::min_element(out.after.begin(), out.after.end(),
                                           [](const auto& a, const auto& b) { return a->id < b->id; });
    if (out.before.size() > kMaxJoinCandidates) out.before.resize(kMaxJoinCandidates);
    if (smallest != out.after.end()) out.before.push_back(*smallest);
    if (out.after.size() > options_.r) out.after.resize(options_.r);
    return out;
}

}  // namespace catacomb::tests
