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

constexpr std::uint8_t kRecordVersion = 1;

ByteArray<kRecordCheckSize> record_check(const BlockId& id, ByteView record) {
    const auto digest =
        crypto::hash(crypto::label::kStoreChecksum, id.root, id.index, view("record"), record);
    ByteArray<kRecordCheckSize> out;
    copy(out, digest.view().first(kRecordCheckSize));
    return out;
}

}  // namespace

Day day_of(Time when) {
    return static_cast<Day>(to_wire(when) / static_cast<std::uint64_t>(Duration(hours(24)).count()));
}

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

Bytes StoreHead::encode() const {
    Writer out;
    out.u32(kStoreFormat);
    for (const auto& table : tables) out.u8(static_cast<std::uint8_t>(table.size())).raw(view(table));
    return out.take();
}

Result<StoreHead> StoreHead::decode(ByteView from) {
    Reader in(from);
    const auto format = in.u32();
    if (in.ok() && format != kStoreFormat) {
        return error(Code::refused, "the vault's store is of format " + std::to_string(format) +
                                        ", and this version reads format " + std::to_string(kStoreFormat) +
                                        "; nothing in it was changed");
    }
    StoreHead out;
    while (in.ok() && in.left() > 0) out.tables.push_back(to_string(in.raw(in.u8())));
    if (!in.done()) return error(Code::corrupt, "the vault's database is damaged: its list of tables");
    return out;
}

bool StoreHead::names(std::string_view table) const {
    return std::find(tables.begin(), tables.end(), table) != tables.end();
}

Bytes StoreCount::encode() const { return Writer().u64(blocks).u64(bytes).take(); }

std::optional<StoreCount> StoreCount::decode(ByteView from) {
    Reader in(from);
    StoreCount out;
    out.blocks = in.u64();
    out.bytes = in.u64();
    return in.done() ? std::optional(out) : std::nullopt;
}

StoredMeta StoredMeta::of(const Put& put) {
    StoredMeta out;
    out.info.size = static_cast<std::uint32_t>(put.bytes.size());
    out.info.profile = put.profile;
    out.info.asker = put.asker;
    out.info.lease_end = put.lease_end;
    out.info.stored = day_of(put.now);
    out.checksum = block_checksum(put.id, put.bytes);
    return out;
}

Bytes StoredMeta::encode(const BlockId& id) const {
    Writer out;
    out.u8(kRecordVersion).u8(info.flags).u8(static_cast<std::uint8_t>(info.asker));
    out.u8(info.profile.k).u8(info.profile.n).u8(static_cast<std::uint8_t>(info.profile.block_class));
    out.u32(info.stored).u32(info.fetched).u64(to_wire(info.lease_end)).u32(info.size);
    out.raw(checksum);
    const auto check = record_check(id, out.bytes());
    return out.raw(check).take();
}

// A record that a flipped bit gave another lease would have its block evicted, or kept for ever.
std::optional<StoredMeta> StoredMeta::decode(const BlockId& id, ByteView from) {
    if (from.size() < kRecordCheckSize) return std::nullopt;
    const auto body = from.first(from.size() - kRecordCheckSize);
    if (!equal(record_check(id, body), from.last(kRecordCheckSize))) return std::nullopt;
    Reader in(body);
    StoredMeta out;
    auto& info = out.info;
    if (in.u8() != kRecordVersion) return std::nullopt;
    info.flags = in.u8();
    info.asker = static_cast<Asker>(in.u8());
    info.profile.k = in.u8();
    info.profile.n = in.u8();
    info.profile.block_class = static_cast<BlockClass>(in.u8());
    info.stored = in.u32();
    info.fetched = in.u32();
    info.lease_end = from_wire(in.u64());
    info.size = in.u32();
    if (const auto checksum = in.raw(kChecksumSize); in.ok()) copy(out.checksum, checksum);
    const bool sound = in.done() && info.size >= 1 && info.size <= kMaxBlockSize;
    return sound ? std::optional(out) : std::nullopt;
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
    const std::uint64_t bytes = size <= kStorePage / 2 ? kStorePage / 2 : run_size(size);
    return bytes + std::max(bytes / 10, kLeastIndex);
}

}  // namespace catacomb::storage
