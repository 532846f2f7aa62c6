#include "routing/membership/view.hpp"

#include <algorithm>
#include <set>

#include "base/codec.hpp"

namespace catacomb::routing {
namespace {

std::size_t bucket_of(const NodeId& id) { return id.bytes[0]; }

std::set<std::uint64_t> prefixes_of(const Descriptor& relay) {
    std::set<std::uint64_t> out;
    for (const auto& endpoint : relay.addresses) out.insert(endpoint.network_prefix());
    return out;
}

}  // namespace

std::uint64_t digest_prefix(const crypto::Digest& digest) { return load_le(digest.view().first(8)); }

View::Change View::insert(const DescriptorPtr& relay, Time now) {
    if (!relay->valid_at(now)) return Change::invalid;
    const auto at = entries_.find(relay->id);
    if (at == entries_.end()) {
        if (entries_.size() >= network_.view_cap) return Change::full;
        if (crowded_by(*relay, nullptr)) return Change::crowded;
        replace(entries_[relay->id], relay);
        return Change::added;
    }
    auto& entry = at->second;
    if (!relay->newer_than(*entry.relay)) return Change::known;
    if (crowded_by(*relay, entry.relay.get())) return Change::crowded;
    // It has been started anew since we failed to reach it.
    if (relay->incarnation > entry.relay->incarnation) entry.reach = Reach{};
    replace(entry, relay);
    return Change::renewed;
}

std::size_t View::expire(Time now) {
    std::size_t count = 0;
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

DescriptorPtr View::find_entry(std::uint64_t prefix) const {
    const auto it = by_digest_.find(prefix);
    return it == by_digest_.end() ? nullptr : find(it->second);
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
    for (const auto& relay : this->bucket(index)) h.fixed(relay->digest);
    bucket.digest = h.digest();
    bucket.stale = false;
    return bucket.digest;
}

std::vector<DescriptorPtr> View::bucket(std::size_t index) const {
    RingId first;
    first.bytes[0] = static_cast<std::uint8_t>(index);
    std::vector<DescriptorPtr> out;
    for (auto it = entries_.lower_bound(first); it != entries_.end() && bucket_of(it->first) == index; ++it)
        out.push_back(it->second.relay);
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
    entry.relay = relay;
    for (const auto prefix : prefixes_of(*relay)) ++per_prefix_[prefix];
    by_digest_[digest_prefix(relay->digest)] = relay->id;
    touch(relay->id);
}

void View::forget(const Descriptor& relay) {
    for (const auto prefix : prefixes_of(relay)) {
        const auto it = per_prefix_.find(prefix);
        if (--it->second == 0) per_prefix_.erase(it);
    }
    by_digest_.erase(digest_prefix(relay.digest));
    touch(relay.id);
}

void View::touch(const NodeId& id) {
    buckets_[bucket_of(id)].stale = true;
    ++version_;
}

}  // namespace catacomb::routing
