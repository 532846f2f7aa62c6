#include "routing/membership/reconcile.hpp"

#include <algorithm>
#include <set>

#include "base/codec.hpp"
#include "routing/wire/gossip.pb.h"

namespace catacomb::routing {
namespace {

Error malformed() { return error(Code::malformed, "gossip: a message breaks its limits"); }

std::string encode_names(const std::vector<EntryName>& names) {
    Writer out;
    for (const auto& name : names) out.raw(name);
    return to_string(out.take());
}

bool decode_names(std::vector<EntryName>& out, const std::string& bytes, std::size_t most) {
    if (bytes.size() % EntryName::kSize != 0 || bytes.size() / EntryName::kSize > most) return false;
    Reader in(view(bytes));
    while (in.left() > 0) out.push_back(in.opaque<EntryName>());
    return true;
}

// `total`: of all that the message has of them.
template <class Repeated>
bool decode_items(std::vector<Bytes>& out, const Repeated& field, std::size_t longest, std::size_t& total) {
    for (const auto& encoded : field) {
        total += encoded.size();
        if (encoded.size() > longest || total > kMaxGossipDescriptorBytes) return false;
        out.push_back(to_bytes(encoded));
    }
    return true;
}

std::vector<EntryName> bucket_names(const View& view) {
    std::vector<EntryName> out;
    for (std::size_t i = 0; i < kViewBuckets; ++i) out.push_back(entry_name(view.bucket_digest(i)));
    return out;
}

// What goes in one message: each in its list, while the limit allows.
struct Load {
    std::vector<Bytes>& descriptors;
    std::vector<Bytes>& convictions;
    std::size_t total = 0;

    // False once it does not.
    bool append(const View::Item& item) {
        auto encoded = item.relay ? item.relay->encoded : item.conviction->encode();
        if (total + encoded.size() > kMaxGossipDescriptorBytes) return false;
        total += encoded.size();
        (item.relay ? descriptors : convictions).push_back(std::move(encoded));
        return true;
    }
};

}  // namespace

Bytes encode_gossip_request(const GossipRequest& request) {
    wire::GossipRequest out;
    out.set_buckets(encode_names(request.buckets));
    out.set_want(encode_names(request.want));
    for (const auto& encoded : request.push) out.add_push(to_string(encoded));
    for (const auto& encoded : request.push_convictions) out.add_push_convictions(to_string(encoded));
    return to_bytes(out.SerializeAsString());
}

Result<GossipRequest> decode_gossip_request(ByteView bytes) {
    wire::GossipRequest in;
    if (!in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return malformed();
    GossipRequest out;
    if (!decode_names(out.buckets, in.buckets(), kViewBuckets)) return malformed();
    if (!out.buckets.empty() && out.buckets.size() != kViewBuckets) return malformed();
    if (!decode_names(out.want, in.want(), kMaxGossipWants)) return malformed();
    std::size_t total = 0;
    if (!decode_items(out.push, in.push(), kMaxDescriptorSize, total) ||
        !decode_items(out.push_convictions, in.push_convictions(), kMaxConvictionSize, total))
        return malformed();
    return out;
}

Bytes encode_gossip_answer(const GossipAnswer& answer) {
    wire::GossipAnswer out;
    for (const auto& bucket : answer.differing) {
        auto* to = out.add_differing();
        to->set_index(static_cast<std::uint32_t>(bucket.index));
        to->set_entries(encode_names(bucket.entries));
    }
    for (const auto& encoded : answer.descriptors) out.add_descriptors(to_string(encoded));
    for (const auto& encoded : answer.convictions) out.add_convictions(to_string(encoded));
    return to_bytes(out.SerializeAsString());
}

Result<GossipAnswer> decode_gossip_answer(ByteView bytes, std::size_t view_cap) {
    wire::GossipAnswer in;
    if (!in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return malformed();
    GossipAnswer out;
    std::size_t entries = 0;
    for (const auto& from : in.differing()) {
        // Strictly ascending, so that no bucket comes twice.
        if (from.index() >= kViewBuckets ||
            (!out.differing.empty() && from.index() <= out.differing.back().index))
            return malformed();
        GossipAnswer::Bucket bucket{from.index(), {}};
        if (!decode_names(bucket.entries, from.entries(), view_cap - entries)) return malformed();
        entries += bucket.entries.size();
        out.differing.push_back(std::move(bucket));
    }
    std::size_t total = 0;
    if (!decode_items(out.descriptors, in.descriptors(), kMaxDescriptorSize, total) ||
        !decode_items(out.convictions, in.convictions(), kMaxConvictionSize, total))
        return malformed();
    return out;
}

GossipRequest gossip_opening(const View& view) {
    GossipRequest out;
    out.buckets = bucket_names(view);
    return out;
}

GossipAnswer gossip_answer(const View& view, const GossipRequest& request) {
    GossipAnswer out;
    for (std::size_t i = 0; i < request.buckets.size(); ++i) {
        if (request.buckets[i] == entry_name(view.bucket_digest(i))) continue;
        GossipAnswer::Bucket bucket{i, {}};
        for (const auto& item : view.bucket(i)) bucket.entries.push_back(item.name);
        out.differing.push_back(std::move(bucket));
    }
    // Names and descriptors together might be longer than a message may be.
    if (!request.buckets.empty()) return out;
    Load load{out.descriptors, out.convictions};
    for (const auto& wanted : request.want) {
        const auto item = view.find_entry(wanted);
        if (item && !load.append(*item)) break;
    }
    return out;
}

GossipRequest gossip_follow_up(const View& view, const GossipAnswer& answer, bool push,
                               const std::function<bool(const EntryName&)>& declined) {
    GossipRequest out;
    Load load{out.push, out.push_convictions};
    bool room = push;
    for (const auto& bucket : answer.differing) {
        for (const auto& entry : bucket.entries)
            if (out.want.size() < kMaxGossipWants && !view.find_entry(entry) && !declined(entry))
                out.want.push_back(entry);
        if (!room) continue;
        auto theirs = bucket.entries;
        std::sort(theirs.begin(), theirs.end());
        for (const auto& item : view.bucket(bucket.index)) {
            if (std::binary_search(theirs.begin(), theirs.end(), item.name)) continue;
            if (!(room = load.append(item))) break;
        }
    }
    return out;
}

namespace {

void take_bucket(View& view, std::size_t index, const NodeId& by) {
    for (const auto& item : view.bucket(index)) {
        if (item.relay) view.shown(*item.relay, by);
    }
}

}  // namespace

void take_as_witness(View& view, const GossipRequest& opening, const GossipAnswer& answer, const NodeId& by) {
    std::set<std::size_t> differing;
    for (const auto& bucket : answer.differing) {
        differing.insert(bucket.index);
        for (const auto& entry : bucket.entries) {
            const auto item = view.find_entry(entry);
            if (item && item->relay) view.shown(*item->relay, by);
        }
    }
    // What changed here while the answer was under way it has said nothing of.
    for (std::size_t i = 0; i < opening.buckets.size(); ++i) {
        const bool same = opening.buckets[i] == entry_name(view.bucket_digest(i));
        if (same && !differing.contains(i)) take_bucket(view, i, by);
    }
}

void take_as_witness(View& view, const GossipRequest& theirs, const NodeId& by) {
    for (std::size_t i = 0; i < theirs.buckets.size(); ++i) {
        if (theirs.buckets[i] == entry_name(view.bucket_digest(i))) take_bucket(view, i, by);
    }
}

}  // namespace catacomb::routing
