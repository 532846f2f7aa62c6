#include "tools/sim/oracles/durability.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/log.hpp"
#include "storage/tree/walker.hpp"

namespace catacomb::sim {
namespace {

std::vector<storage::Block> live_blocks(const storage::SegmentRef& segment, const Stores& stores) {
    std::vector<storage::Block> out;
    for (unsigned i = 0; i < segment.profile.n && out.size() < segment.profile.k; ++i) {
        const storage::BlockId id{segment.root, static_cast<std::uint8_t>(i)};
        for (auto* store : stores) {
            auto bytes = store->get(id);
            if (!bytes) continue;
            auto block = storage::Block::verify(id, std::move(*bytes));
            if (!block) continue;
            out.push_back(std::move(*block));
            break;
        }
    }
    return out;
}

std::size_t kept_blocks(const storage::SegmentRef& segment, const Stores& stores) {
    std::size_t out = 0;
    for (unsigned i = 0; i < segment.profile.n; ++i) {
        const storage::BlockId id{segment.root, static_cast<std::uint8_t>(i)};
        const auto keeps = [&](auto* store) { return store->get(id).has_value(); };
        out += std::any_of(stores.begin(), stores.end(), keeps);
    }
    return out;
}

}  // namespace

Result<Bytes> read_from_stores(const std::string& key, const Stores& stores) {
    auto decoded = storage::ReadKey::decode(key);
    CHECK(decoded.has_value());
    storage::FileReader reader(std::move(*decoded));
    Bytes out;
    while (const auto node = reader.next()) {
        auto stripe = storage::SealedStripe::recover(live_blocks(node->ref, stores));
        if (!stripe) return stripe.error();
        auto plain = reader.deliver(std::move(*stripe));
        if (!plain) return plain.error();
        append(out, plain->view());
    }
    return out;
}

std::string durability_violation(const std::string& key, const Result<Bytes>& got, const Stores& live) {
    const auto there = read_from_stores(key, live);
    if (!there) return {};
    if (!got) return concat("a file whose blocks live could not be read: ", got.error().text());
    if (*got != *there) return "what was read is not what lies in the vaults";
    return {};
}

std::string acknowledgement_violation(const std::string& key, std::size_t placed, const Stores& all) {
    auto decoded = storage::ReadKey::decode(key);
    CHECK(decoded.has_value());
    storage::FileReader reader(std::move(*decoded));
    std::size_t kept = 0;
    while (const auto node = reader.next()) {
        kept += kept_blocks(node->ref, all);
        auto stripe = storage::SealedStripe::recover(live_blocks(node->ref, all));
        if (!stripe) return concat("an acknowledged file is gone: ", stripe.error().text());
        if (auto plain = reader.deliver(std::move(*stripe)); !plain)
            return concat("an acknowledged file is damaged: ", plain.error().text());
    }
    if (kept >= placed) return {};
    return concat(placed, " blocks were acknowledged, and ", kept, " of the file's are in any store");
}

}  // namespace catacomb::sim
