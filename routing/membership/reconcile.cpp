#include "routing/membership/reconcile.hpp"

#include <algorithm>

#include "base/codec.hpp"
#include "routing/wire/gossip.pb.h"

namespace catacomb::routing {
namespace {

Error malformed() { return error(Code::malformed, "gossip: a message breaks its limits"); }

std::string encode_prefixes(const std::vector<std::uint64_t>& prefixes) {
    Writer out;
    for (const auto prefix : prefixes) out.u64(prefix);
    return to_string(out.take());
}

bool decode_prefixes(std::vector<std::uint64_t>& out, const std::string& bytes, std::size_t most) {
    if (bytes.size() % 8 != 0 || bytes.size() / 8 > most) return false;
    Reader in(view(bytes));
    while (in.left() > 0) out.push_back(in.u64());
    return true;
}

template <class Repeated>
bool decode_descriptors(std::vector<Bytes>& out, const Repeated& field) {
    std::size_t total = 0;
    for (const auto& encoded : field) {
        total += encoded.size();
        if (encoded.size() > kMaxDescriptorSize || total > kMaxGossipDescriptorBytes) return false;
        out.push_back(to_bytes(encoded));
    }
    return true;
}

std::vector<std::uint64_t> bucket_prefixes(const View& view) {
    std::vector<std::uint64_t> out;
    for (std::size_t i = 0; i < kViewBuckets; ++i) out.push_back(digest_prefix(view.bucket_digest(i)));
    return out;
}

// Appends while the limit of one message allows; false once it does not.
bool append_descriptor(std::vector<Bytes>& out, std::size_t& total, const Bytes& encoded) {
    if (total + encoded.size() > kMaxGossipDescriptorBytes) return false;
    total += encoded.size();
    out.push_back(encoded);
    return true;
}

}  // namespace

Bytes encode_gossip_request(const GossipRequest& request) {
    wire::GossipRequest out;
    out.set_buckets(encode_prefixes(request.buckets));
    out.set_want(encode_prefixes(request.want));
    for (const auto& encoded : request.push) out.add_push(to_string(encoded));
    return to_bytes(out.SerializeAsString());
}

Result<GossipRequest> decode_gossip_request(ByteView bytes) {
    wire::GossipRequest in;
    if (!in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return malformed();
    GossipRequest out;
    if (!decode_prefixes(out.buckets, in.buckets(), kViewBuckets)) return malformed();
    if (!out.buckets.empty() && out.buckets.size() != kViewBuckets) return malformed();
    if (!decode_prefixes(out.want, in.want(), kMaxGossipWants)) return malformed();
    if (!decode_descriptors(out.push, in.push())) return malformed();
    return out;
}

Bytes encode_gossip_answer(const GossipAnswer& answer) {
    wire::GossipAnswer out;
    for (const auto& bucket : answer.differing) {
        auto* to = out.add_differing();
        to->set_index(static_cast<std::uint32_t>(bucket.index));
        to->set_entries(encode_prefixes(bucket.entries));
    }
    for (const auto& encoded : answer.descriptors) out.add_descriptors(to_string(encoded));
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
        if (!decode_prefixes(bucket.entries, from.entries(), view_cap - entries)) return malformed();
        entries += bucket.entries.size();
        out.differing.push_back(std::move(bucket));
    }
    if (!decode_descriptors(out.descriptors, in.descriptors())) return malformed();
    return out;
}

GossipRequest gossip_opening(const View& view) {
    GossipRequest out;
    out.buckets = bucket_prefixes(view);
    return out;
}

GossipAnswer gossip_answer(const View& view, const GossipRequest& request) {
    GossipAnswer out;
    for (std::size_t i = 0; i < request.buckets.size(); ++i) {
        if (request.buckets[i] == digest_prefix(view.bucket_digest(i))) continue;
        GossipAnswer::Bucket bucket{i, {}};
        for (const auto& relay : view.bucket(i)) bucket.entries.push_back(digest_prefix(relay->digest));
        out.differing.push_back(std::move(bucket));
    }
    std::size_t total = 0;
    for (const auto wanted : request.want) {
        const auto relay = view.find_entry(wanted);
        if (relay && !append_descriptor(out.descriptors, total, relay->encoded)) break;
    }
    return out;
}

GossipRequest gossip_follow_up(const View& view, const GossipAnswer& answer, bool push,
                               const std::function<bool(std::uint64_t)>& declined) {
    GossipRequest out;
    std::size_t total = 0;
    bool room = push;
    for (const auto& bucket : answer.differing) {
        for (const auto entry : bucket.entries)
            if (out.want.size() < kMaxGossipWants && !view.find_entry(entry) && !declined(entry))
                out.want.push_back(entry);
        if (!room) continue;
        auto theirs = bucket.entries;
        std::sort(theirs.begin(), theirs.end());
        for (const auto& relay : view.bucket(bucket.index)) {
            if (std::binary_search(theirs.begin(), theirs.end(), digest_prefix(relay->digest))) continue;
            if (!(room = append_descriptor(out.push, total, relay->encoded))) break;
        }
    }
    return out;
}

}  // namespace catacomb::routing
