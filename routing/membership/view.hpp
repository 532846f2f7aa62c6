// View: every relay this node knows of, by its newest valid descriptor, in ring order
// (docs/spec/membership.md 2). Pure: time comes in. The owner's own descriptor is an entry like any other.
// Relays that did not answer us are suspects for a while: kept and gossiped about, but in no answer of the
// `live` kind. That is local knowledge and told to nobody.
#pragma once

#include <map>
#include <unordered_map>

#include "routing/descriptor.hpp"
#include "routing/reach.hpp"

namespace catacomb::routing {

inline constexpr std::size_t kViewBuckets = 256;  // by the first byte of the id

// The first 8 bytes of an entry's digest: how gossip names it.
std::uint64_t digest_prefix(const crypto::Digest& digest);

class View {
public:
    enum class Change { added, renewed, known, full, crowded, invalid };

    explicit View(NetworkParameters network) : network_(std::move(network)) {}

    // `relay` was verified by the caller. known: we have it or a newer one. full, crowded: a cap says no;
    // those who are here stay. invalid: it does not hold at `now`.
    Change insert(const DescriptorPtr& relay, Time now);
    // Forgets what has expired. Returns how many.
    std::size_t expire(Time now);

    DescriptorPtr find(const NodeId& id) const;
    // By the first 8 bytes of the digest, as gossip names entries.
    DescriptorPtr find_entry(std::uint64_t digest_prefix) const;
    std::size_t size() const { return entries_.size(); }
    // In ring order, suspects included.
    std::vector<DescriptorPtr> all() const;
    // In ring order, without suspects.
    std::vector<DescriptorPtr> live(Time now) const;
    // The first `count` at or after `target`, clockwise, without suspects: the first is the target's owner.
    std::vector<DescriptorPtr> successors_of(const RingId& target, std::size_t count, Time now) const;
    // The last `count` strictly before `target`, the closest first, without suspects.
    std::vector<DescriptorPtr> predecessors_of(const RingId& target, std::size_t count, Time now) const;

    // What came of something that we sent to a relay, or that it sent us.
    void heard(const NodeId& id, Heard what, Time now);
    bool is_suspect(const NodeId& id, Time now) const;
    // Relays that may be counted on: all but those that have not answered since they last failed to.
    std::size_t answering(Time now) const;

    // H(view bucket, entry digests in id order).
    const crypto::Digest& bucket_digest(std::size_t bucket) const;
    std::vector<DescriptorPtr> bucket(std::size_t index) const;
    // Grows with every change of content.
    std::uint64_t version() const { return version_; }
    const NetworkParameters& network() const { return network_; }

private:
    struct Entry {
        DescriptorPtr relay;
        Reach reach{};

        bool usable(Time now) const { return !reach.is_suspect(now) && now < relay->expires; }
    };
    using Entries = std::map<NodeId, Entry>;
    struct Bucket {
        mutable crypto::Digest digest;
        mutable bool stale = true;
    };

    bool crowded_by(const Descriptor& relay, const Descriptor* instead_of) const;
    void replace(Entry& entry, const DescriptorPtr& relay);
    void forget(const Descriptor& relay);
    void touch(const NodeId& id);

    NetworkParameters network_;
    Entries entries_;
    std::map<std::uint64_t, std::size_t> per_prefix_;
    std::unordered_map<std::uint64_t, NodeId> by_digest_;  // only looked up, never walked
    std::array<Bucket, kViewBuckets> buckets_;
    std::uint64_t version_ = 0;
};

}  // namespace catacomb::routing
