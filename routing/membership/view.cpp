#include "routing/membership/view.hpp"

#include <algorithm>
#include <set>

#include "base/defence.hpp"

namespace catacomb::routing {
namespace {

std::size_t bucket_of(const NodeId& id) { return id.bytes[0]; }

std::set<std::uint64_t> prefixes_of(const Descriptor& relay) {
    std::set<std::uint64_t> out;
    for (const auto& endpoint : relay.addresses) out.insert(endpoint.network_prefix());
    return out;
}

}  // namespace

View::Change View::insert(const DescriptorPtr& relay, Time now) {
    if (!relay->valid_at(now)) return Change::invalid;
    if (is_barred(*relay)) return Change::convicted;
    const auto at = entries_.find(relay->id);
    if (at == entries_.end()) {
        if (entries_.size() + convictions_.size() >= network_.view_cap) return Change::full;
        if (crowded_by(*relay, nullptr)) return Change::crowded;
        auto& entry = entries_[relay->id];
        entry.since = now;
        replace(entry, relay);
        return Change::added;
    }
    auto& entry = at->second;
    for (const auto& before : {entry.relay, entry.agreed}) {
        if (!before || !contradicts(*before, *relay) || !stands(Defence::keys_are_witnessed)) continue;
        convict(std::make_shared<const Conviction>(Conviction{before, relay}));
        return Change::convicted;
    }
    if (!relay->newer_than(*entry.relay)) return Change::known;
    if (crowded_by(*relay, entry.relay.get())) return Change::crowded;
    // It has been started anew since we failed to reach it.
    if (relay->incarnation > entry.relay->incarnation) entry.reach = Reach{};
    replace(entry, relay);
    return Change::renewed;
}

bool View::is_barred(const Descriptor& relay) const {
    const auto it = convictions_.find(relay.id);
    return it != convictions_.end() && it->second->epoch() == relay.proofs.epoch;
}

bool View::convict(ConvictionPtr conviction) {
    const auto id = conviction->id();
    if (!convictions_.contains(id) && convictions_.size() >= network_.view_cap) return false;
    auto& known = convictions_[id];
    if (known && known->epoch() >= conviction->epoch()) return false;
    if (known) by_name_.erase(known->name());
    by_name_[conviction->name()] = id;
    known = std::move(conviction);
    touch(id);
    const auto it = entries_.find(id);
    if (it == entries_.end()) return true;
    auto& entry = it->second;
    if (entry.agreed && is_barred(*entry.agreed)) entry.agreed = nullptr;
    if (is_barred(*entry.relay)) {
        forget(*entry.relay);
        entries_.erase(it);
    }
    return true;
}

void View::shown(const Descriptor& seen, const NodeId& by) {
    const auto it = entries_.find(seen.id);
    if (it == entries_.end() || by == seen.id) return;
    auto& entry = it->second;
    if (entry.is_agreed() || !same_key(seen, *entry.relay)) return;
    if (!entry.witness) {
        entry.witness = by;
    } else if (*entry.witness != by) {
        entry.agreed = entry.relay;
    }
}

void View::vouch(const NodeId& id) {
    auto& entry = entries_.at(id);
    entry.agreed = entry.relay;
}

std::size_t View::expire(Time now) {
    std::size_t count = 0;
    for (auto it = convictions_.begin(); it != convictions_.end();) {
        const auto& [id, conviction] = *it;
        if (network_.ticket_counts(id, conviction->epoch(), now)) {
            ++it;
            continue;
        }
        by_name_.erase(conviction->name());
        touch(id);
        it = convictions_.erase(it);
    }
    for (auto it = entries_.begin(); it != entries_.end();) {
        if (now < it->second.relay->expires) {
            ++it;
            continue;
        }
        forget(*it->second.relay);
        it = entries_.erase(it);
        ++count;
    }
    return count;
}

DescriptorPtr View::find(const NodeId& id) const {
    const auto it = entries_.find(id);
    return it == entries_.end() ? nullptr : it->second.relay;
}

std::optional<View::Item> View::find_entry(const EntryName& name) const {
    const auto it = by_name_.find(name);
    if (it == by_name_.end()) return std::nullopt;
    const auto relay = find(it->second);
    if (relay && entry_name(relay->digest) == name) return Item{name, relay, nullptr};
    return Item{name, nullptr, convictions_.at(it->second)};
}

DescriptorPtr View::agreed(const NodeId& id) const {
    const auto it = entries_.find(id);
    return it == entries_.end() ? nullptr : it->second.agreed;
}

std::vector<DescriptorPtr> View::all_agreed(Time now, Suspects suspects) const {
    std::vector<DescriptorPtr> out;
    for (const auto& [id, entry] : entries_) {
        if (!entry.agreed || entry.agreed->expires <= now) continue;
        if (suspects == Suspects::included || !entry.reach.is_suspect(now)) out.push_back(entry.agreed);
    }
    return out;
}

std::size_t View::waiting(Time now) const {
    return static_cast<std::size_t>(std::count_if(entries_.begin(), entries_.end(), [now](const auto& entry) {
        return entry.second.usable(now) && !entry.second.is_agreed();
    }));
}

std::vector<DescriptorPtr> View::all() const {
    std::vector<DescriptorPtr> out;
    out.reserve(entries_.size());
    for (const auto& [id, entry] : entries_) out.push_back(entry.relay);
    return out;
}

std::vector<DescriptorPtr> View::live(Time now) const {
    return successors_of(RingId{}, entries_.size(), now);
}

std::vector<DescriptorPtr> View::successors_of(const RingId& target, std::size_t count, Time now) const {
    std::vector<DescriptorPtr> out;
    auto it = entries_.lower_bound(target);
    for (std::size_t seen = 0; seen < entries_.size() && out.size() < count; ++seen, ++it) {
        if (it == entries_.end()) it = entries_.begin();
        if (it->second.usable(now)) out.push_back(it->second.relay);
    }
    return out;
}

std::vector<DescriptorPtr> View::predecessors_of(const RingId& target, std::size_t count, Time now) const {
    std::vector<DescriptorPtr> out;
    auto it = entries_.lower_bound(target);
    for (std::size_t seen = 0; seen < entries_.size() && out.size() < count; ++seen) {
        if (it == entries_.begin()) it = entries_.end();
        --it;
        if (it->first != target && it->second.usable(now)) out.push_back(it->second.relay);
    }
    return out;
}

void View::heard(const NodeId& id, Heard what, Time now) {
    const auto it = entries_.find(id);
    if (it != entries_.end()) it->second.reach.heard(what, now);
}

bool View::is_suspect(const NodeId& id, Time now) const {
    const auto it = entries_.find(id);
    return it != entries_.end() && it->second.reach.is_suspect(now);
}

std::size_t View::answering(Time now) const {
    return static_cast<std::size_t>(std::count_if(entries_.begin(), entries_.end(), [now](const auto& entry) {
        return entry.second.reach.is_sound() && now < entry.second.relay->expires;
    }));
}

const crypto::Digest& View::bucket_digest(std::size_t index) const {
    auto& bucket = buckets_[index];
    if (!bucket.stale) return bucket.digest;
    crypto::Hasher h(crypto::label::kViewBucket);
    for (const auto& item : this->bucket(index))
        item.relay ? h.fixed(item.relay->digest) : h.fixed(item.name);
    bucket.digest = h.digest();
    bucket.stale = false;
    return bucket.digest;
}

std::vector<View::Item> View::bucket(std::size_t index) const {
    RingId first;
    first.bytes[0] = static_cast<std::uint8_t>(index);
    std::vector<Item> out;
    for (auto it = entries_.lower_bound(first); it != entries_.end() && bucket_of(it->first) == index; ++it)
        out.push_back({entry_name(it->second.relay->digest), it->second.relay, nullptr});
    for (auto it = convictions_.lower_bound(first); it != convictions_.end() && bucket_of(it->first) == index;
         ++it)
        out.push_back({it->second->name(), nullptr, it->second});
    return out;
}

bool View::crowded_by(const Descriptor& relay, const Descriptor* instead_of) const {
    const auto leaving = instead_of ? prefixes_of(*instead_of) : std::set<std::uint64_t>{};
    for (const auto prefix : prefixes_of(relay)) {
        const auto it = per_prefix_.find(prefix);
        if (it != per_prefix_.end() && it->second >= network_.relays_per_prefix && !leaving.contains(prefix))
            return true;
    }
    return false;
}

void View::replace(Entry& entry, const DescriptorPtr& relay) {
    if (entry.relay) forget(*entry.relay);
    if (entry.relay && !same_key(*entry.relay, *relay)) entry.witness.reset();
    if (entry.agreed && same_key(*entry.agreed, *relay)) entry.agreed = relay;
    entry.relay = relay;
    for (const auto prefix : prefixes_of(*relay)) ++per_prefix_[prefix];
    by_name_[entry_name(relay->digest)] = relay->id;
    touch(relay->id);
}

void View::forget(const Descriptor& relay) {
    for (const auto prefix : prefixes_of(relay)) {
        const auto it = per_prefix_.find(prefix);
        if (--it->second == 0) per_prefix_.erase(it);
    }
    by_name_.erase(entry_name(relay.digest));
    touch(relay.id);
}

void View::touch(const NodeId& id) {
    buckets_[bucket_of(id)].stale = true;
    ++version_;
}

}  // namespace catacomb::routing
