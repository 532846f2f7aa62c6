#include "tools/sim/oracles/durability.hpp"

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

}  // namespace catacomb::sim
