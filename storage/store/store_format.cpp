#include "storage/store/store_format.hpp"

#include <algorithm>

#include "base/codec.hpp"

namespace catacomb::storage {
namespace {

void store_be(MutableBytes out, std::uint64_t value) {
    for (std::size_t i = out.size(); i-- > 0; value >>= 8) out[i] = static_cast<std::uint8_t>(value);
}

std::uint64_t load_be(ByteView in) {
    std::uint64_t out = 0;
    for (auto byte : in) out = out << 8 | byte;
    return out;
}

// Lease ends are never before 1970; a clock that says so is taken as 1970.
std::uint64_t to_wire(Time t) {
    const auto count = t.time_since_epoch().count();
    return count < 0 ? 0 : static_cast<std::uint64_t>(count);
}
Time from_wire(std::uint64_t count) { return Time(Duration(static_cast<std::int64_t>(count))); }

}  // namespace

StoreKey store_key(const BlockId& id) {
    StoreKey out;
    copy(out, id.root);
    out.back() = id.index;
    return out;
}

std::optional<BlockId> from_store_key(ByteView key) {
    if (key.size() != kStoreKeySize) return std::nullopt;
    return BlockId{*Root::from(key.first(kHashSize)), key.back()};
}

ByteArray<8 + kStoreKeySize> expiry_key(Time lease_end, const BlockId& id) {
    ByteArray<8 + kStoreKeySize> out;
    store_be(MutableBytes(out).first(8), to_wire(lease_end));
    copy(MutableBytes(out).subspan(8), store_key(id));
    return out;
}

std::optional<Expiry> from_expiry_key(ByteView key) {
    if (key.size() != 8 + kStoreKeySize) return std::nullopt;
    return Expiry{from_wire(load_be(key.first(8))), *from_store_key(key.subspan(8))};
}

StoredMeta StoredMeta::of(const Put& put) {
    const ByteView bytes = put.bytes;
    StoredMeta out;
    out.lease_end = put.lease_end;
    out.size = static_cast<std::uint32_t>(bytes.size());
    out.checksum = block_checksum(put.id, bytes);
    out.tail = to_bytes(bytes.last(tail_size(bytes.size())));
    return out;
}

Bytes StoredMeta::encode() const {
    return Writer().u64(to_wire(lease_end)).u32(size).raw(checksum).raw(tail).take();
}

std::optional<StoredMeta> StoredMeta::decode(ByteView from) {
    Reader in(from);
    StoredMeta out;
    out.lease_end = from_wire(in.u64());
    out.size = in.u32();
    if (const auto checksum = in.raw(kChecksumSize); in.ok()) copy(out.checksum, checksum);
    out.tail = to_bytes(in.rest());
    // A damaged lease that reads as long past would have the block evicted.
    const bool sound = in.done() && out.lease_end >= Time{} && out.size >= 1 && out.size <= kMaxBlockSize;
    if (!sound || out.tail.size() != tail_size(out.size)) return std::nullopt;
    return out;
}

ByteArray<kChecksumSize> block_checksum(const BlockId& id, ByteView block) {
    const auto digest = crypto::hash(crypto::label::kStoreChecksum, id.root, id.index, block);
    ByteArray<kChecksumSize> out;
    copy(out, digest.view().first(kChecksumSize));
    return out;
}

std::uint64_t quota_charge(std::size_t size) {
    // Up to half a page LMDB keeps a value inside its tree, where pages are on average two thirds full.
    constexpr std::uint64_t kLeastIndex = 512;
    const auto value = size - tail_size(size);
    const auto pages = (value + 16 + kStorePage - 1) / kStorePage;
    const std::uint64_t bytes = value <= kStorePage / 2 ? kStorePage / 2 : pages * kStorePage;
    return bytes + std::max(bytes / 10, kLeastIndex);
}

}  // namespace catacomb::storage
