// Vaults come, tell, leave and are forgotten in any order: the registry stays within its limits, and what it
// says of a block is what its vaults told.
#include "base/check.hpp"
#include "base/codec.hpp"
#include "crypto/random.hpp"
#include "routing/rendezvous/registry.hpp"

using namespace catacomb;
using namespace catacomb::routing;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr RegistryLimits kLimits{4, 40'000};
    Registry registry(kLimits);
    Reader input(ByteView(data, size));
    std::uint64_t next_session = 1;
    auto now = from_unix_seconds(1'900'000'000);
    while (input.ok() && input.left() > 0) {
        const auto what = input.u8();
        const auto session = std::uint64_t{input.u8()} % (next_session + 1);
        const std::vector<PositionPrefix> added{input.u8() % 32u}, removed{input.u8() % 32u};
        now += minutes(input.u8() * 10);
        switch (what % 5) {
            case 0: {
                RegisteredVault vault;
                vault.id.bytes[0] = what / 5 % 8;
                vault.session = next_session;
                if (registry.enter(vault)) ++next_session;
                break;
            }
            case 1:
                registry.leave(session, now);
                break;
            case 2:
                registry.update(session, {0, {0}, {}, {}});
                break;
            case 3:
                registry.update(session, {what % 11u, {}, removed, added});
                break;
            default:
                registry.expire(now);
        }
        CHECK(registry.size() <= kLimits.vaults && registry.present().size() <= registry.size());
        CHECK(registry.bytes() <= kLimits.bytes);
        for (PositionPrefix prefix = 0; prefix < 32; ++prefix) {
            const auto holders = registry.holders(prefix);
            CHECK((registry.known(prefix) == Known::yes) == !holders.empty());
            for (const auto& vault : holders) CHECK(vault.session != 0);
        }
    }
    return 0;
}
