// VaultTag: the first 8 bytes of a vault's id, by which whoever stores names the vaults that he wants left
// out (docs/spec/storage-messages.md 2), and by which a client keeps account of them. Pure.
#pragma once

#include <vector>

#include "base/codec.hpp"
#include "routing/identity.hpp"

namespace catacomb::node {

using VaultTag = std::uint64_t;

inline constexpr std::size_t kMostAvoided = 128;        // in one store
inline constexpr std::size_t kMostAvoidedAtRelay = 16;  // of them, by one relay

inline VaultTag tag_of(const routing::VaultId& vault) { return load_le(vault.view().first(8)); }

// Where on the ring a vault with that tag is, nearly.
inline routing::VaultId place_of(VaultTag tag) {
    routing::VaultId out;
    store_le(MutableBytes(out.bytes).first(8), tag);
    return out;
}

inline std::string pack_tags(const std::vector<VaultTag>& tags) {
    Writer out;
    for (const auto tag : tags) out.u64(tag);
    return to_string(out.bytes());
}
// Code::malformed when it is no whole number of tags, or more than `most`.
inline Result<std::vector<VaultTag>> unpack_tags(const std::string& packed, std::size_t most) {
    if (packed.size() % 8 != 0 || packed.size() / 8 > most) return error(Code::malformed);
    std::vector<VaultTag> out;
    for (std::size_t i = 0; i < packed.size(); i += 8) out.push_back(load_le(view(packed).subspan(i, 8)));
    return out;
}

}  // namespace catacomb::node
