// Every message of storing and fetching, from any bytes: names and profiles that pass are valid, and nobody
// but a vault acknowledges in its name.
#include "base/check.hpp"
#include "crypto/random.hpp"
#include "node/protocol/acknowledgement.hpp"
#include "node/protocol/inventory_list.hpp"
#include "node/protocol/limits.hpp"

using namespace catacomb;
using namespace catacomb::node;

namespace {

template <class Proto>
void check_name(ByteView input) {
    const auto message = decode<Proto>(input);
    if (!message) return;
    const auto block = to_block_id(message->root(), message->index());
    CHECK(!block || block->index < storage::kMaxBlocks);
}

template <class Proto>
void check_profile(ByteView input) {
    const auto message = decode<Proto>(input);
    if (!message) return;
    const auto profile = to_profile(message->k(), message->n(), message->block_class());
    CHECK(!profile || (profile->valid() && profile->k == message->k() && profile->n == message->n()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    crypto::initialise();
    static const auto network = routing::NetworkParameters::testnet("fuzz");
    const auto now = from_unix_seconds(1'900'000'000);
    const auto message = split_kind(to_bytes(ByteView(data, size)));
    CHECK(message.has_value() == (size > 0));
    if (!message) return 0;
    const auto& body = message->body;
    check_name<wire::StoreBlock>(body);
    check_name<wire::FetchBlock>(body);
    check_name<wire::Offer>(body);
    check_name<wire::Request>(body);
    check_profile<wire::ExitFetch>(body);
    check_profile<wire::ExitStore>(body);
    if (const auto inventory = decode<wire::Inventory>(body)) {
        for (unsigned bits = 0; bits <= routing::Inventory::kMostBits; ++bits) {
            const auto update = read_inventory(*inventory, bits);
            if (!update) continue;
            for (const auto range : update->ranges) CHECK(range >> bits == 0);
            CHECK(update->added.size() <= limits::kPrefixesPerMessage);
        }
    }
    if (const auto registered = decode<wire::Registered>(body)) {
        InventoryTeller teller(3);
        routing::Inventory ours;
        ours.insert(7);
        if (!teller.answered(*registered, ours)) CHECK(!teller.has_more());
        while (teller.has_more()) (void)teller.next(ours);
    }
    if (const auto registration = decode<wire::Register>(body)) {
        const auto vault = VaultIdentity::read(*registration, network, now);
        CHECK(!vault || network.ticket_counts(vault->id(), registration->epoch(), now));
    }
    if (const auto given = decode<wire::Acknowledgement>(body)) {
        Asked asked;
        asked.block.index = static_cast<std::uint8_t>(given->index() % storage::kMaxBlocks);
        asked.size = given->size();
        asked.lease_end = now + limits::kLease;
        CHECK(!read_acknowledgement(*given, asked, network, now));
    }
    return 0;
}
