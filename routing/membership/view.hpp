// View: every relay this node knows of, by its newest valid descriptor, in ring order
// (docs/spec/membership.md 2). Pure: time comes in. The owner's own descriptor is an entry like any other.
// A relay's onion key is agreed on once two others have shown it to us: circuits are made of those alone.
// Relays that did not answer us are suspects for a while: kept and gossiped about, but in no answer of the
// `live` kind. That is local knowledge and told to nobody.
#pragma once

#include <map>
#include <unordered_map>

#include "routing/membership/conviction.hpp"
#include "routing/reach.hpp"

namespace catacomb::routing {

inline constexpr std::size_t kViewBuckets = 256;  // by the first byte of the id

class View {
public:
    enum class Change { added, renewed, known, full, crowded, invalid, convicted };
    // What gossip tells of: one of the two is there.
    struct Item {
        EntryName name;
        DescriptorPtr relay;
        ConvictionPtr conviction;
    };

    explicit View(NetworkParameters network) : network_(std::move(network)) {}

    // `relay` was verified by the caller. known: we have it or a newer one. full, crowded: a cap says no;
    // those who are here stay. invalid: it does not hold at `now`. convicted: it contradicts what is here,
    // or something has before; the relay is not in the view until it shows a ticket of another epoch.
    Change insert(const DescriptorPtr& relay, Time now);
    // `conviction` was verified by the caller, its relay's work too. False when there was one, or there
    // are as many as relays may be.
    bool convict(ConvictionPtr conviction);
    bool is_convicted(const NodeId& id) const { return convictions_.contains(id); }
    // `by` holds the epoch and onion key that `seen` has. Of itself nobody is a witness.
    void shown(const Descriptor& seen, const NodeId& by);
    // Our own, of which we need no witness.
    void vouch(const NodeId& id);
    // Forgets what has expired. Returns how many.
    std::size_t expire(Time now);

    DescriptorPtr find(const NodeId& id) const;
    std::optional<Item> find_entry(const EntryName& name) const;
    // What circuits to that relay are made with: the newest descriptor whose key two have shown, which may
    // be older than find()'s. Null: none yet.
    DescriptorPtr agreed(const NodeId& id) const;
    // All such, in ring order, suspects included or not.
    enum class Suspects { included, left_out };
    std::vector<DescriptorPtr> all_agreed(Time now, Suspects suspects) const;
    // Relays that could be used, were their newest key agreed on.
    std::size_t waiting(Time now) const;
    // When it came into this view. Requires: find(id).
    Time since(const NodeId& id) const { return entries_.at(id).since; }
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

    // H(view bucket, entry digests in id order, then names of convictions in id order).
    const crypto::Digest& bucket_digest(std::size_t bucket) const;
    // In that order.
    std::vector<Item> bucket(std::size_t index) const;
    // Grows with every change of content.
    std::uint64_t version() const { return version_; }
    const NetworkParameters& network() const { return network_; }

private:
    struct Entry {
        DescriptorPtr relay;
        DescriptorPtr agreed;                // null: none yet
        std::optional<NodeId> witness = {};  // who has shown relay's key, alone so far
        Time since{};
        Reach reach{};

        bool is_agreed() const { return agreed && same_key(*agreed, *relay); }
        bool usable(Time now) const { return !reach.is_suspect(now) && now < relay->expires; }
    };
    using Entries = std::map<NodeId, Entry>;
    struct Bucket {
        mutable crypto::Digest digest;
        mutable bool stale = true;
    };

    bool crowded_by(const Descriptor& relay, const Descriptor* instead_of) const;
    bool is_barred(const Descriptor& relay) const;
    void replace(Entry& entry, const DescriptorPtr& relay);
    void forget(const Descriptor& relay);
    void touch(const NodeId& id);

    NetworkParameters network_;
    Entries entries_;
    std::map<std::uint64_t, std::size_t> per_prefix_;
    std::map<NodeId, ConvictionPtr> convictions_;
    std::unordered_map<EntryName, NodeId, OpaqueHash> by_name_;  // only looked up, never walked
    std::array<Bucket, kViewBuckets> buckets_;
    std::uint64_t version_ = 0;
};

}  // namespace catacomb::routing
