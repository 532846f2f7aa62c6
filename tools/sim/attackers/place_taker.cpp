// The place taker: one machine with a /64, which has as many addresses as it likes. A relay that counts links
// by address alone gives it all the places that it has for strangers, and nobody else gets in.
#include "base/log.hpp"
#include "tools/sim/attackers/visitor.hpp"

namespace catacomb::sim {
namespace {

constexpr std::size_t kVictimLinks = 256;  // 192 of them for those that come
constexpr std::size_t kLinksEach = 16;     // as one address may have
constexpr std::size_t kAddresses = 16;
constexpr int kRounds = 60;

Endpoint address(std::uint8_t number) {
    auto out = *Endpoint::parse("[2a02:1:2:3::]:0");
    out.address[15] = number;
    return out;
}

}  // namespace

Verdict take_all_places(const Trial& trial) {
    Siege siege(trial, kVictimLinks);
    for (std::uint8_t i = 0; i < kAddresses; ++i) siege.add_visitor(address(i));
    const auto taken = [&] {
        std::size_t out = 0;
        for (const auto& one : siege.visitors()) out += one->links().count();
        return out;
    };
    // As fast as a source's rate lets it.
    for (int round = 0; round < kRounds; ++round) {
        for (auto& one : siege.visitors()) {
            if (one->links().count() < kLinksEach) one->visit(siege.cluster().address(0), 1);
        }
        siege.visit(0, 0);
        siege.world().run_for(seconds(1));
    }
    auto& other = siege.add_visitor(Endpoint::v4(0x0c000001, 0));
    siege.visit(0, 0);
    other.visit(siege.cluster().address(0), 1);
    siege.visit(0, 0);
    return {other.let_in() == 0, concat(taken() - other.links().count(), " of the ", kVictimLinks * 3 / 4,
                                        " places for strangers taken from one /64")};
}

}  // namespace catacomb::sim
